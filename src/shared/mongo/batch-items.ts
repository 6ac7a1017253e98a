/**
 * The items of an upload. Ids are made of the batch and the place, so an upload that is repeated, or two of the same at once, store each item once; what is there already is compared.
 */
import { createHash } from 'node:crypto';
import type { Assistant } from '../domain/assistant.ts';
import type { BatchItem } from '../domain/batch.ts';
import { newId } from '../domain/ids.ts';
import { toMessageInputs } from '../domain/message.ts';
import type { BatchItemDocument, BatchModels } from './batch-models.ts';
import { insertNew } from './insert-new.ts';
import type { Models } from './models.ts';
import { threadIdOf, threadKey } from './thread-key.ts';

/** Why an item could not be stored. `changed`: another one has its place. `taken`: another one, at `at`, has its custom_id. */
export type ItemConflict =
  | { readonly kind: 'changed'; readonly index: number }
  | { readonly kind: 'taken'; readonly index: number; readonly at: number };

export interface BatchItems {
  /** Stores items in a row, the first at `from`. Those that are there already are left as they are. */
  store(
    batch: { readonly _id: string; readonly project_id: string },
    from: number,
    items: readonly BatchItem[],
  ): Promise<ItemConflict[]>;
  /** Like `store`, for a batch that takes no more: what is not there is told as `changed`. */
  compare(batchId: string, from: number, items: readonly BatchItem[]): Promise<ItemConflict[]>;
  /** Keeps the assistant as it is now for all runs of the batch; the first time counts. */
  keepAssistant(batchId: string, assistant: Assistant): Promise<void>;
  /** Which of the threads the project has. */
  threadsAmong(projectId: string, threadIds: readonly string[]): Promise<ReadonlySet<string>>;
}

export const itemId = (batchId: string, index: number): string => `${batchId}:${String(index).padStart(8, '0')}`;
export const batchAssistantId = (batchId: string, assistantId: string): string => `${batchId}:${assistantId}`;

const digestOf = (item: BatchItem): string => createHash('sha256').update(JSON.stringify(item)).digest('base64url');

export function createBatchItems(models: BatchModels & Pick<Models, 'threads'>): BatchItems {
  const { batchItems, batchAssistants, threads } = models;

  async function stored(batchId: string, from: number, count: number): Promise<Map<number, string>> {
    const documents = await batchItems
      .find({ _id: { $gte: itemId(batchId, from), $lt: itemId(batchId, from + count) } }, { index: 1, digest: 1 })
      .batchSize(count + 1)
      .lean<Pick<BatchItemDocument, '_id' | 'index' | 'digest'>[]>();
    return new Map(documents.map(({ index, digest }) => [index, digest]));
  }

  async function holderOf(batchId: string, customId: string): Promise<number | null> {
    const holder = await batchItems
      .findOne({ batch_id: batchId, custom_id: customId }, { index: 1 })
      .lean<Pick<BatchItemDocument, '_id' | 'index'>>();
    return holder?.index ?? null;
  }

  return {
    async store(batch, from, items) {
      const documents = items.map((item, n) => toDocument(batch, from + n, item));
      const refused = await insertNew(batchItems, documents);
      if (refused.size === 0) return [];
      const there = await stored(batch._id, from, items.length);
      const conflicts: ItemConflict[] = [];
      for (const place of [...refused].toSorted((a, b) => a - b)) {
        const document = documents[place];
        if (!document || there.get(document.index) === document.digest) continue;
        const at = there.has(document.index) ? null : await holderOf(batch._id, document.custom_id);
        conflicts.push(
          at === null ? { kind: 'changed', index: document.index } : { kind: 'taken', index: document.index, at },
        );
      }
      return conflicts;
    },

    async compare(batchId, from, items) {
      const there = await stored(batchId, from, items.length);
      return items.flatMap((item, n) =>
        there.get(from + n) === digestOf(item) ? [] : [{ kind: 'changed' as const, index: from + n }],
      );
    },

    async keepAssistant(batchId, assistant) {
      const _id = batchAssistantId(batchId, assistant.assistant_id);
      await insertNew(batchAssistants, [{ _id, batch_id: batchId, assistant }]);
    },

    async threadsAmong(projectId, threadIds) {
      const keys = threadIds.map((threadId) => threadKey(projectId, threadId));
      const found = await threads
        .find({ _id: { $in: keys }, project_id: projectId, deleted_at: null, removed_at: null }, { _id: 1 })
        .batchSize(threadIds.length + 1)
        .lean<{ _id: string }[]>();
      return new Set(found.map((thread) => threadIdOf(thread._id)));
    },
  };
}

/** Its run and its thread get their ids now, so that whoever makes them, however often, makes the same. */
function toDocument(
  batch: { readonly _id: string; readonly project_id: string },
  index: number,
  item: BatchItem,
): BatchItemDocument {
  const { custom_id, input, assistant_id, thread_id, ...rest } = item;
  return {
    _id: itemId(batch._id, index),
    batch_id: batch._id,
    project_id: batch.project_id,
    index,
    custom_id,
    digest: digestOf(item),
    waiting: true,
    run_id: newId(),
    thread_id: thread_id ?? newId(),
    ...(thread_id === undefined ? {} : { on_thread: true as const }),
    assistant_id: assistant_id ?? null,
    earlier_runs: [],
    request: { ...rest, input: [...toMessageInputs(input)] },
  };
}
