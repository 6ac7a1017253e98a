import type { Run } from '../domain/run.ts';
import { isTerminal, type RunStatus, TERMINAL_STATUSES } from '../domain/run-status.ts';
import { changeOne } from './change-one.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';
import { keepForUsage } from './removed-runs.ts';
import { toRun } from './to-wire.ts';
import type { UsageModels } from './usage-models.ts';

export interface RunFilter {
  readonly status?: RunStatus | undefined;
  readonly threadId?: string | undefined;
  readonly assistantId?: string | undefined;
  readonly batchId?: string | undefined;
  readonly scheduleId?: string | undefined;
  /** Created at or after. */
  readonly since?: Date | undefined;
}

/** How a run begins: behind others of its thread, at the head of its thread and waiting for room on the queue, or on the queue. */
export type RunStart = 'queued' | 'waiting' | 'dispatched';

/** What asking for a cancel came to; `signal` means a worker has to be told. */
export type CancelRequest =
  | { readonly kind: 'ended'; readonly run: Run }
  | { readonly kind: 'cancelled'; readonly run: Run }
  | { readonly kind: 'signal'; readonly run: Run; readonly workerId: string | null };

/** Runs as their project sees them. What only workers do to runs is in `run-lifecycle.ts`. */
export interface RunRepository {
  /**
   * Accepts a run: this one insert is the run, the outbox and the idempotency record.
   * @param start `dispatched` or `waiting`: the thread seems free, so the run is to hold it from the first moment. Where another run holds it after all, it is inserted as `queued`.
   * @returns `replayed` with the first run when the idempotency key is known (compare `fingerprint`).
   */
  insert(
    projectId: string,
    document: RunDocument,
    start: RunStart,
  ): Promise<{ kind: 'created' | 'replayed'; document: RunDocument }>;
  /** Takes back a run that nobody took yet and no repeat was told of. */
  withdraw(projectId: string, runId: string): Promise<boolean>;
  /** The run that a request with this key made, for a repeat: from then on it is not taken back. null: none, or it was taken back just now. */
  byIdempotencyKey(projectId: string, key: string): Promise<RunDocument | null>;
  get(projectId: string, runId: string): Promise<Run | null>;
  /** Newest first. */
  list(projectId: string, filter: RunFilter, page: { limit: number; after?: string | undefined }): Promise<Run[]>;
  /** The run that holds the thread. */
  active(projectId: string, threadId: string): Promise<Run | null>;
  /** Runs of the thread that have not ended, in order. */
  open(projectId: string, threadId: string): Promise<Run[]>;
  countQueued(projectId: string, threadId: string): Promise<number>;
  /** How many runs of the thread go first; null when the run does not wait. */
  queuePosition(projectId: string, run: Pick<Run, 'run_id' | 'thread_id' | 'seq' | 'status'>): Promise<number | null>;
  /** Ends a run that no worker has, else leaves the wish for the worker. Safe to repeat. null: no such run. */
  requestCancel(projectId: string, runId: string): Promise<CancelRequest | null>;
  /** Ids of all runs of a thread. */
  idsOfThread(projectId: string, threadId: string): Promise<string[]>;
  removeOfThread(projectId: string, threadId: string): Promise<void>;
}

export function createRunRepository(models: Pick<Models, 'runs'> & Pick<UsageModels, 'removedRuns'>): RunRepository {
  const { runs } = models;
  const insert = createInserter(runs);
  const one = (projectId: string, runId: string) => ({ _id: runId, project_id: projectId });
  const wire = (document: RunDocument | null): Run | null => document && toRun(document);
  async function byIdempotencyKey(projectId: string, key: string): Promise<RunDocument | null> {
    const first = await runs.findOne({ project_id: projectId, idempotency_key: key }).lean<RunDocument>();
    if (first?.status !== 'queued' || first.active) return first;
    return changeOne(runs, one(projectId, first._id), { $set: { told: true } });
  }

  /** false: another run holds the thread, or has the idempotency key. */
  async function insertFirst(active: RunDocument): Promise<boolean> {
    try {
      await insert(active);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  return {
    async insert(projectId, document, start) {
      if (start !== 'queued') {
        const active = holding(document, start);
        if (await insertFirst(active)) return { kind: 'created', document: active };
      }
      try {
        await insert(document);
        return { kind: 'created', document };
      } catch (error) {
        if (!isDuplicateKey(error) || document.idempotency_key === undefined) throw error;
        const first = await byIdempotencyKey(projectId, document.idempotency_key);
        if (!first) throw error;
        return { kind: 'replayed', document: first };
      }
    },

    async withdraw(projectId, runId) {
      const { deletedCount } = await runs.deleteOne({
        ...one(projectId, runId),
        status: 'queued',
        active: { $exists: false },
        told: { $exists: false },
      });
      return deletedCount === 1;
    },

    byIdempotencyKey,

    get: async (projectId, runId) => wire(await runs.findOne(one(projectId, runId)).lean<RunDocument>()),

    async list(projectId, filter, { limit, after }) {
      const documents = await runs
        .find({
          project_id: projectId,
          ...(filter.status ? { status: filter.status } : {}),
          ...(filter.threadId ? { thread_id: filter.threadId } : {}),
          ...(filter.assistantId ? { assistant_id: filter.assistantId } : {}),
          ...(filter.batchId ? { batch_id: filter.batchId } : {}),
          ...(filter.scheduleId ? { schedule_id: filter.scheduleId } : {}),
          ...(filter.since ? { created_at: { $gte: filter.since } } : {}),
          ...(after ? { _id: { $lt: after } } : {}),
        })
        .sort({ _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<RunDocument[]>();
      return documents.map(toRun);
    },

    active: async (projectId, threadId) =>
      wire(await runs.findOne({ project_id: projectId, thread_id: threadId, active: true }).lean<RunDocument>()),

    async open(projectId, threadId) {
      const filter = { project_id: projectId, thread_id: threadId, status: { $nin: [...TERMINAL_STATUSES] } };
      return (await runs.find(filter).sort({ seq: 1 }).lean<RunDocument[]>()).map(toRun);
    },

    countQueued: (projectId, threadId) =>
      runs.countDocuments({ project_id: projectId, thread_id: threadId, status: 'queued' }),

    async queuePosition(projectId, run) {
      if (run.status !== 'queued') return null;
      const ahead = await runs.countDocuments({
        project_id: projectId,
        thread_id: run.thread_id,
        status: 'queued',
        seq: { $lt: run.seq },
      });
      const holder = await runs.countDocuments({
        project_id: projectId,
        thread_id: run.thread_id,
        active: true,
        _id: { $ne: run.run_id },
        status: { $ne: 'queued' },
      });
      return ahead + holder;
    },

    async requestCancel(projectId, runId) {
      const now = new Date();
      // Nobody executes it: it ends here. `active` goes too, so the caller must promote the thread's next run.
      const ended = await runs
        .findOneAndUpdate(
          { ...one(projectId, runId), status: { $in: ['queued', 'requires_action'] } },
          {
            $set: { status: 'cancelled', cancel_requested_at: now, finished_at: now, required_action: null },
            $unset: { active: 1, waiting: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<RunDocument>();
      if (ended) return { kind: 'cancelled', run: toRun(ended) };
      const running = await runs
        .findOneAndUpdate(
          { ...one(projectId, runId), status: 'in_progress' },
          { $set: { status: 'cancelling', cancel_requested_at: now } },
          { returnDocument: 'after' },
        )
        .lean<RunDocument>();
      const document = running ?? (await runs.findOne(one(projectId, runId)).lean<RunDocument>());
      if (!document) return null;
      if (isTerminal(document.status)) return { kind: 'ended', run: toRun(document) };
      // Between the two updates a worker may have handed the run back: then it is queued again, and the next call ends it.
      if (document.status === 'queued' || document.status === 'requires_action')
        return this.requestCancel(projectId, runId);
      return { kind: 'signal', run: toRun(document), workerId: document.worker_id };
    },

    async idsOfThread(projectId, threadId) {
      const documents = await runs
        .find({ project_id: projectId, thread_id: threadId }, { _id: 1 })
        .lean<Pick<RunDocument, '_id'>[]>();
      return documents.map((document) => document._id);
    },

    async removeOfThread(projectId, threadId) {
      await keepForUsage(models, projectId, [threadId]);
      await runs.deleteMany({ project_id: projectId, thread_id: threadId });
    },
  };
}

const holding = (document: RunDocument, start: 'waiting' | 'dispatched'): RunDocument =>
  start === 'waiting'
    ? { ...document, active: true, waiting: true }
    : { ...document, active: true, dispatch: 1, dispatched_at: document.created_at };
