import { newId } from '../domain/ids.ts';
import { toMessageInputs } from '../domain/message.ts';
import type { Schedule, ScheduleInput, SchedulePatch } from '../domain/schedule.ts';
import { AppError } from '../errors/app-error.ts';
import { changeOne } from './change-one.ts';
import { createInserter } from './create-inserter.ts';
import { insertRequested } from './insert-requested.ts';
import { bury, keyFields, type RequestKey, sameRequestOfLiving } from './request-key.ts';
import type { ScheduleDocument, ScheduleModels } from './schedule-models.ts';

/** What came of a time that fired. Without a run and without an error it was missed. */
export interface Fired {
  readonly next: Date;
  readonly at: Date | null;
  readonly runId: string | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface ScheduleRepository {
  /** @param next the first time it fires; null when it is paused @throws AppError `state_conflict` when another request with this key was first */
  create(projectId: string, input: ScheduleInput, next: Date | null, key?: RequestKey): Promise<Schedule>;
  /** What an earlier request with this key created. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(projectId: string, key: RequestKey): Promise<Schedule | null>;
  get(projectId: string, scheduleId: string): Promise<Schedule | null>;
  /** As it is stored, for starting a run of it. */
  document(projectId: string, scheduleId: string): Promise<ScheduleDocument | null>;
  /** Newest first. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<Schedule[]>;
  /** @param next the first time it fires from now on; undefined when that stays @throws AppError state_conflict when it was changed since `before` */
  patch(before: Schedule, patch: SchedulePatch, next: Date | null | undefined): Promise<Schedule>;
  /** @returns whether it was there */
  remove(projectId: string, scheduleId: string): Promise<boolean>;
  /** A run that was started by hand. */
  noteRun(scheduleId: string, runId: string): Promise<void>;
  /** One that fires, whosever it is. */
  enabled(scheduleId: string): Promise<ScheduleDocument | null>;
  /** Those that should have fired `ms` ago, the longest first. */
  overdue(ms: number): Promise<Pick<ScheduleDocument, '_id' | 'cron' | 'time_zone'>[]>;
  /** Goes on to the next time. Of several at once the first wins, and nothing changes when the schedule was changed meanwhile. */
  advance(fired: Pick<ScheduleDocument, '_id' | 'next_at'>, what: Fired): Promise<void>;
}

const SWEEP_LIMIT = 500;

export function createScheduleRepository({ schedules }: ScheduleModels): ScheduleRepository {
  const insert = createInserter(schedules);
  const one = (projectId: string, scheduleId: string) => ({ _id: scheduleId, project_id: projectId, removed_at: null });
  const find = (projectId: string, scheduleId: string) =>
    schedules.findOne(one(projectId, scheduleId)).lean<ScheduleDocument>();
  const wire = (document: ScheduleDocument | null): Schedule | null => document && toSchedule(document);

  return {
    async create(projectId, { input, ...rest }, next, key) {
      const now = new Date();
      const document: ScheduleDocument = {
        _id: newId(),
        project_id: projectId,
        ...rest,
        input: [...toMessageInputs(input)],
        next_at: next,
        last_run_at: null,
        last_run_id: null,
        last_error: null,
        created_at: now,
        updated_at: now,
        ...keyFields(key),
      };
      await insertRequested(insert, document);
      return toSchedule(document);
    },

    async byRequest(projectId, key) {
      const found = await schedules
        .findOne({ project_id: projectId, idempotency_key: key.key })
        .lean<ScheduleDocument>();
      return wire(sameRequestOfLiving(found, key, 'schedule'));
    },

    get: async (projectId, scheduleId) => wire(await find(projectId, scheduleId)),
    document: find,

    async list(projectId, { limit, after }) {
      const filter = { project_id: projectId, removed_at: null, ...(after ? { _id: { $lt: after } } : {}) };
      const documents = await schedules
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<ScheduleDocument[]>();
      return documents.map(toSchedule);
    },

    async patch(before, { input, ...rest }, next) {
      const unchanged = {
        ...one(before.project_id, before.schedule_id),
        cron: before.cron,
        time_zone: before.time_zone,
        enabled: before.enabled,
      };
      const set = {
        ...rest,
        ...(input === undefined ? {} : { input: [...toMessageInputs(input)] }),
        ...(next === undefined ? {} : { next_at: next }),
        updated_at: new Date(),
      };
      const patched = await changeOne(schedules, unchanged, { $set: set });
      if (!patched) throw new AppError('state_conflict', { detail: 'The schedule was just changed.' });
      return toSchedule(patched);
    },

    remove: (projectId, scheduleId) => bury(schedules, { _id: scheduleId, project_id: projectId }),

    async noteRun(scheduleId, runId) {
      await changeOne(schedules, { _id: scheduleId }, { $set: { last_run_id: runId } }, { projection: { _id: 1 } });
    },

    enabled: (scheduleId) =>
      schedules.findOne({ _id: scheduleId, enabled: true, removed_at: null }).lean<ScheduleDocument>(),

    overdue: (ms) =>
      schedules
        .find({ enabled: true, next_at: { $lt: new Date(Date.now() - ms) } }, { cron: 1, time_zone: 1 })
        .sort({ next_at: 1 })
        .limit(SWEEP_LIMIT)
        .batchSize(SWEEP_LIMIT + 1)
        .lean<Pick<ScheduleDocument, '_id' | 'cron' | 'time_zone'>[]>(),

    async advance({ _id, next_at }, { next, at, runId, error }) {
      const set = {
        next_at: next,
        ...(at ? { last_run_at: at, last_error: error && { ...error, at: new Date() } } : {}),
        ...(runId === null ? {} : { last_run_id: runId }),
      };
      await changeOne(schedules, { _id, enabled: true, next_at }, { $set: set }, { projection: { _id: 1 } });
    },
  };
}

const toSchedule = (document: ScheduleDocument): Schedule => ({
  schedule_id: document._id,
  project_id: document.project_id,
  name: document.name,
  cron: document.cron,
  time_zone: document.time_zone,
  thread_id: document.thread_id,
  assistant_id: document.assistant_id,
  input: { messages: document.input },
  overrides: document.overrides,
  metadata: document.metadata,
  lane: document.lane,
  enabled: document.enabled,
  missed: document.missed,
  next_run_at: document.next_at?.toISOString() ?? null,
  last_run_at: document.last_run_at?.toISOString() ?? null,
  last_run_id: document.last_run_id,
  last_error: document.last_error && { ...document.last_error, at: document.last_error.at.toISOString() },
  created_at: document.created_at.toISOString(),
  updated_at: document.updated_at.toISOString(),
});
