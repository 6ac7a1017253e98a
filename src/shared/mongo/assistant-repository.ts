import type { Assistant, AssistantInput, AssistantPatch } from '../domain/assistant.ts';
import { newId } from '../domain/ids.ts';
import { DEFAULT_LIMITS } from '../domain/limits.ts';
import { AppError } from '../errors/app-error.ts';
import { batchCalls } from './batch-calls.ts';
import { createInserter } from './create-inserter.ts';
import type { AssistantDocument } from './documents.ts';
import { insertRequested } from './insert-requested.ts';
import type { Models } from './models.ts';
import { bury, keyFields, type RequestKey, sameRequestOfLiving } from './request-key.ts';
import { toAssistant } from './to-wire.ts';

export interface AssistantRepository {
  /** @throws AppError `state_conflict` when another request with this key was first. */
  create(projectId: string, input: AssistantInput, key?: RequestKey): Promise<Assistant>;
  /** What an earlier request with this key created. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(projectId: string, key: RequestKey): Promise<Assistant | null>;
  get(projectId: string, assistantId: string): Promise<Assistant | null>;
  /** Newest first. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<Assistant[]>;
  /** Every change is a new version. @throws AppError `state_conflict` when another change came between. */
  patch(projectId: string, assistantId: string, patch: AssistantPatch): Promise<Assistant | null>;
  /** @throws AppError `assistant_in_use` while threads use it. */
  remove(projectId: string, assistantId: string): Promise<boolean>;
  /** Newest version first; `before` is the version to go on below. */
  listVersions(
    projectId: string,
    assistantId: string,
    page: { limit: number; before?: number | undefined },
  ): Promise<Assistant[] | null>;
}

export function createAssistantRepository(
  models: Pick<Models, 'assistants' | 'assistantVersions' | 'threads'>,
): AssistantRepository {
  const { assistants, assistantVersions, threads } = models;
  const insert = createInserter(assistants);
  const find = (projectId: string, assistantId: string) =>
    assistants.findOne({ _id: assistantId, project_id: projectId, removed_at: null }).lean<AssistantDocument>();

  /** Every run looks its assistant up, and of many runs at once most have the same. */
  const findBatched = batchCalls<{ projectId: string; assistantId: string }, AssistantDocument | null>(async (keys) => {
    const documents = await assistants
      .find({
        _id: { $in: [...new Set(keys.map((key) => key.assistantId))] },
        project_id: { $in: [...new Set(keys.map((key) => key.projectId))] },
        removed_at: null,
      })
      .batchSize(keys.length + 1)
      .lean<AssistantDocument[]>();
    const byId = new Map(documents.map((document) => [document._id, document]));
    return keys.map(({ projectId, assistantId }) => {
      const found = byId.get(assistantId);
      return found?.project_id === projectId ? found : null;
    });
  });

  return {
    async create(projectId, input, key) {
      const now = new Date();
      const document: AssistantDocument = {
        _id: newId(),
        project_id: projectId,
        version: 1,
        ...input,
        limits: { ...DEFAULT_LIMITS, ...withoutUndefined(input.limits) },
        created_at: now,
        updated_at: now,
        ...keyFields(key),
      };
      await insertRequested(insert, document);
      return toAssistant(document);
    },

    async byRequest(projectId, key) {
      const found = await assistants
        .findOne({ project_id: projectId, idempotency_key: key.key })
        .lean<AssistantDocument>();
      const document = sameRequestOfLiving(found, key, 'assistant');
      return document && toAssistant(document);
    },

    async get(projectId, assistantId) {
      const document = await findBatched({ projectId, assistantId });
      return document && toAssistant(document);
    },

    async list(projectId, { limit, after }) {
      const filter = { project_id: projectId, removed_at: null, ...(after ? { _id: { $lt: after } } : {}) };
      const documents = await assistants.find(filter).sort({ _id: -1 }).limit(limit).lean<AssistantDocument[]>();
      return documents.map((document) => toAssistant(document));
    },

    async patch(projectId, assistantId, patch) {
      const current = await find(projectId, assistantId);
      if (!current) return null;
      // The old version is kept before the new one appears. A crash in between leaves a copy of the current version, which `listVersions` leaves out.
      const { _id, idempotency_key: _key, fingerprint: _fingerprint, ...rest } = current;
      await assistantVersions.updateOne(
        { _id: `${_id}:${current.version}` },
        { $setOnInsert: { assistant_id: _id, ...rest } },
        { upsert: true },
      );
      const { limits, ...changes } = withoutUndefined(patch);
      const next = await assistants
        .findOneAndUpdate(
          { _id: assistantId, project_id: projectId, version: current.version },
          {
            $set: {
              ...changes,
              limits: { ...current.limits, ...withoutUndefined(limits ?? {}) },
              updated_at: new Date(),
            },
            $inc: { version: 1 },
          },
          { returnDocument: 'after' },
        )
        .lean<AssistantDocument>();
      if (!next)
        throw new AppError('state_conflict', {
          detail: 'The assistant was changed at the same time; read it and try again.',
        });
      return toAssistant(next);
    },

    async remove(projectId, assistantId) {
      const used = await threads.exists({
        project_id: projectId,
        assistant_id: assistantId,
        temporary: false,
        deleted_at: null,
      });
      if (used)
        throw new AppError('assistant_in_use', { detail: 'Threads use this assistant; give them another one first.' });
      const removed = await bury(assistants, { _id: assistantId, project_id: projectId });
      if (removed) await assistantVersions.deleteMany({ project_id: projectId, assistant_id: assistantId });
      return removed;
    },

    async listVersions(projectId, assistantId, { limit, before }) {
      const current = await find(projectId, assistantId);
      if (!current) return null;
      const below = Math.min(before ?? current.version, current.version);
      const earlier = await assistantVersions
        .find({ project_id: projectId, assistant_id: assistantId, version: { $lt: below } })
        .sort({ version: -1 })
        .limit(limit)
        .lean<AssistantDocument[]>();
      const all = before === undefined ? [current, ...earlier] : earlier;
      return all.slice(0, limit).map((document) => toAssistant(document, assistantId));
    },
  };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

const withoutUndefined = <T extends object>(value: T): Partial<Defined<T>> =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<Defined<T>>;
