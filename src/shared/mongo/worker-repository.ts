import type { WorkerDocument } from './documents.ts';
import type { Models } from './models.ts';

export interface WorkerRepository {
  /** "I live": the time is the database's, so no process clock takes part in deciding who is dead. */
  beat(worker: Pick<WorkerDocument, '_id' | 'slots' | 'running'>): Promise<void>;
  /** Those of the given workers that were seen within `ms`, by the database's clock. */
  aliveAmong(workerIds: readonly string[], ms: number): Promise<Set<string>>;
  /** A worker that stops properly leaves at once. */
  remove(workerId: string): Promise<void>;
}

export function createWorkerRepository(models: Pick<Models, 'workers'>): WorkerRepository {
  const { workers } = models;
  return {
    async beat({ _id, slots, running }) {
      await workers.updateOne(
        { _id },
        [
          {
            $set: {
              seen_at: '$$NOW',
              started_at: { $ifNull: ['$started_at', '$$NOW'] },
              slots: { $literal: slots },
              running,
            },
          },
        ],
        { upsert: true, updatePipeline: true },
      );
    },
    async aliveAmong(workerIds, ms) {
      if (workerIds.length === 0) return new Set();
      const alive = await workers
        .find({ _id: { $in: [...workerIds] }, $expr: { $gt: ['$seen_at', { $subtract: ['$$NOW', ms] }] } }, { _id: 1 })
        .batchSize(workerIds.length + 1)
        .lean<Pick<WorkerDocument, '_id'>[]>();
      return new Set(alive.map((worker) => worker._id));
    },
    async remove(workerId) {
      await workers.deleteOne({ _id: workerId });
    },
  };
}
