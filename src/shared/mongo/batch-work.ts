/**
 * What workers do to batches. Everything may be repeated: runs and threads have the ids that their items reserved, so a repeat inserts nothing twice, and an item is marked only
 * while it still stands for the run that was made. The lease (`due_at`) keeps workers from doing the same at the same time; no promise rests on it.
 */
import type { Assistant } from '../domain/assistant.ts';
import type { BatchCounts } from '../domain/batch.ts';
import { newId } from '../domain/ids.ts';
import type { Usage } from '../domain/message.ts';
import type { RunStatus } from '../domain/run-status.ts';
import { CURRENT } from './batch-counts.ts';
import { batchAssistantId, itemId } from './batch-items.ts';
import type { BatchAssistantDocument, BatchDocument, BatchItemDocument, BatchModels } from './batch-models.ts';
import { changeOne } from './change-one.ts';
import type { RunDocument, ThreadDocument } from './documents.ts';
import { insertNew } from './insert-new.ts';
import type { Models } from './models.ts';
import { keepForUsage } from './removed-runs.ts';
import { threadIdOf, threadKey } from './thread-key.ts';
import type { UsageModels } from './usage-models.ts';

type Owned = Pick<BatchDocument, '_id' | 'project_id'>;

/** A run of a batch as far as stopping it needs. */
export type BatchRun = Pick<RunDocument, '_id' | 'project_id' | 'status'>;

export interface BatchWork {
  /** Takes the batch that has been due for longest; for `leaseMs` nobody else does. */
  claim(leaseMs: number): Promise<BatchDocument | null>;
  /** Lets it go until `dueAt`, unless somebody made it due meanwhile. */
  release(leased: BatchDocument, dueAt: Date): Promise<void>;
  /** The first items without a run. */
  waitingItems(batch: Pick<BatchDocument, '_id' | 'received'>, limit: number): Promise<BatchItemDocument[]>;
  /** Those that were kept at the upload, by id. */
  assistants(batchId: string, assistantIds: readonly string[]): Promise<ReadonlyMap<string, Assistant>>;
  /** Which of these runs are there. */
  runsAmong(runIds: readonly string[]): Promise<ReadonlySet<string>>;
  insertThreads(threads: readonly ThreadDocument[]): Promise<void>;
  insertRuns(runs: readonly RunDocument[]): Promise<void>;
  /** Notes that the items have their runs. */
  markMade(items: readonly BatchItemDocument[]): Promise<void>;
  /** Gives items whose run ended without completing new ids, and puts them back in the row. @returns how many runs it looked at; 0: none is left */
  resetFailed(batchId: string, limit: number): Promise<number>;
  /** Every failed item is back in the row. */
  endReset(batchId: string): Promise<void>;
  /** Ends the batch unless it was changed since it was claimed. */
  finish(leased: BatchDocument, end: BatchEnd): Promise<BatchDocument | null>;
  /** Its end was announced: nothing is due before it expires. */
  noteTold(leased: BatchDocument): Promise<void>;
  /** Runs that somebody has to stop. */
  openRuns(batchId: string, limit: number): Promise<BatchRun[]>;
  markExpired(leased: BatchDocument): Promise<void>;
  /** Some threads that were made for the batch; from then on they take no more runs. */
  closeThreads(batch: Owned, limit: number): Promise<string[]>;
  openRunsOn(projectId: string, threadIds: readonly string[]): Promise<BatchRun[]>;
  /** With their checkpoints, tool calls and runs. */
  removeThreads(projectId: string, threadIds: readonly string[]): Promise<void>;
  /** Items, assistants, and the mark on runs of other threads. */
  removeItems(batchId: string): Promise<void>;
  removeDocument(batchId: string): Promise<void>;
}

export interface BatchEnd {
  readonly status: 'completed' | 'cancelled';
  readonly counts: BatchCounts;
  readonly usage: Usage;
  readonly expiresAt: Date;
}

const OPEN: readonly RunStatus[] = ['queued', 'in_progress', 'requires_action', 'cancelling'];
const RETRYABLE: readonly RunStatus[] = ['failed', 'cancelled', 'expired', 'incomplete'];
const RUN_FIELDS = { project_id: 1, status: 1 } as const;

export function createBatchWork(
  models: BatchModels &
    Pick<Models, 'threads' | 'runs' | 'checkpoints' | 'toolCalls'> &
    Pick<UsageModels, 'removedRuns'>,
): BatchWork {
  const { batches, batchItems, batchAssistants, threads, runs, checkpoints, toolCalls } = models;
  const findRuns = (filter: object, limit: number) =>
    runs
      .find(filter, RUN_FIELDS)
      .limit(limit)
      .batchSize(limit + 1)
      .lean<BatchRun[]>();

  return {
    claim(leaseMs) {
      const now = Date.now();
      return changeOne(
        batches,
        { due_at: { $lte: new Date(now) } },
        { $set: { due_at: new Date(now + leaseMs) } },
        { sort: { due_at: 1 } },
      );
    },

    async release({ _id, due_at }, dueAt) {
      await batches.updateOne({ _id, due_at }, { $set: { due_at: dueAt } });
    },

    waitingItems: (batch, limit) =>
      batchItems
        .find({ batch_id: batch._id, waiting: true, index: { $lt: batch.received } })
        .sort({ index: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<BatchItemDocument[]>(),

    async assistants(batchId, assistantIds) {
      const ids = assistantIds.map((assistantId) => batchAssistantId(batchId, assistantId));
      const kept = await batchAssistants
        .find({ _id: { $in: ids } })
        .batchSize(ids.length + 1)
        .lean<BatchAssistantDocument[]>();
      return new Map(kept.map(({ assistant }) => [assistant.assistant_id, assistant]));
    },

    async runsAmong(runIds) {
      const found = await runs
        .find({ _id: { $in: [...runIds] } }, { _id: 1 })
        .batchSize(runIds.length + 1)
        .lean<{ _id: string }[]>();
      return new Set(found.map((run) => run._id));
    },

    async insertThreads(documents) {
      await insertNew(threads, documents);
    },

    async insertRuns(documents) {
      await insertNew(runs, documents);
    },

    async markMade(items) {
      if (items.length === 0) return;
      const changes = items.map(({ _id, run_id }) => ({
        updateOne: { filter: { _id, run_id }, update: { $unset: { waiting: 1 } } },
      }));
      await batchItems.collection.bulkWrite(changes as never[], { ordered: false });
    },

    async resetFailed(batchId, limit) {
      const failed = await runs
        .find({ batch_id: batchId, status: { $in: [...RETRYABLE] }, ...CURRENT }, { batch_index: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<Pick<RunDocument, '_id' | 'batch_index'>[]>();
      if (failed.length === 0) return 0;
      const changes = failed.flatMap(({ _id: runId, batch_index = 0 }) => {
        const item = { _id: itemId(batchId, batch_index), run_id: runId };
        const again = { run_id: newId(), waiting: true };
        const $push = { earlier_runs: runId };
        return [
          {
            updateOne: {
              filter: { ...item, on_thread: { $exists: false } },
              update: { $set: { ...again, thread_id: newId() }, $push },
            },
          },
          { updateOne: { filter: { ...item, on_thread: true }, update: { $set: again, $push } } },
        ];
      });
      await batchItems.collection.bulkWrite(changes as never[], { ordered: false });
      // After the items: a run that no item stands for any more would otherwise be counted twice.
      await runs.updateMany({ _id: { $in: failed.map((run) => run._id) } }, { $unset: { batch_index: 1 } });
      return failed.length;
    },

    async endReset(batchId) {
      await batches.updateOne({ _id: batchId }, { $unset: { retry_pending: 1 } });
    },

    finish({ _id, status, due_at }, end) {
      return changeOne(
        batches,
        { _id, status, due_at, deleted_at: null },
        {
          $set: {
            status: end.status,
            counts: end.counts,
            usage: end.usage,
            finished_at: new Date(),
            expires_at: end.expiresAt,
            untold: true,
            due_at: new Date(),
          },
        },
      );
    },

    async noteTold({ _id, due_at, expires_at }) {
      await batches.updateOne({ _id, due_at }, { $set: { due_at: expires_at }, $unset: { untold: 1 } });
    },

    openRuns: (batchId, limit) => findRuns({ batch_id: batchId, status: { $in: [...OPEN] }, ...CURRENT }, limit),

    async markExpired({ _id, due_at }) {
      const now = new Date();
      await batches.collection.updateOne({ _id, due_at, deleted_at: null } as object, {
        $set: { deleted_at: now, due_at: now },
      });
    },

    async closeThreads({ _id: batchId, project_id: projectId }, limit) {
      const found = await threads
        .find({ batch_id: batchId, project_id: projectId }, { _id: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<{ _id: string }[]>();
      const keys = found.map((thread) => thread._id);
      if (keys.length > 0)
        await threads.updateMany({ _id: { $in: keys }, deleted_at: null }, { $set: { deleted_at: new Date() } });
      return keys.map(threadIdOf);
    },

    openRunsOn: (projectId, threadIds) =>
      findRuns({ thread_id: { $in: [...threadIds] }, project_id: projectId, status: { $in: [...OPEN] } }, 1000),

    async removeThreads(projectId, threadIds) {
      const on = { thread_id: { $in: [...threadIds] }, project_id: projectId };
      await checkpoints.deleteMany(on);
      await toolCalls.deleteMany(on);
      await keepForUsage(models, projectId, threadIds);
      await runs.deleteMany(on);
      await threads.deleteMany({ _id: { $in: threadIds.map((threadId) => threadKey(projectId, threadId)) } });
    },

    async removeItems(batchId) {
      await runs.updateMany({ batch_id: batchId, ...CURRENT }, { $unset: { batch_index: 1 } });
      await batchItems.deleteMany({ batch_id: batchId });
      await batchAssistants.deleteMany({ batch_id: batchId });
    },

    async removeDocument(batchId) {
      await batches.deleteOne({ _id: batchId });
    },
  };
}
