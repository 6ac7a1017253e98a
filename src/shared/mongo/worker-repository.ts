import type { WorkerDocument } from './documents.ts';
import type { Models } from './models.ts';

export interface WorkerRepository {
  /** "I live": the time is the database's, so no process clock takes part in deciding who is dead. @returns what the operator wants of it */
  beat(worker: Pick<WorkerDocument, '_id' | 'slots' | 'running'>): Promise<{ readonly draining: boolean }>;
  /** Those of the given workers that were seen within `ms`, by the database's clock. */
  aliveAmong(workerIds: readonly string[], ms: number): Promise<Set<string>>;
  /** A worker that stops properly leaves at once. */
  remove(workerId: string): Promise<void>;
}

export function createWorkerRepository(models: Pick<Models, 'workers'>): WorkerRepository {
  const { workers } = models;
  return {
    async beat({ _id, slots, running }) {
      const beaten = await workers.findOneAndUpdate(
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
        { upsert: true, updatePipeline: true, returnDocument: 'after', projection: { draining: 1 }, lean: true },
      );
      return { draining: beaten?.draining === true };
    },
    async aliveAmong(workerIds, ms) {
      if (workerIds.length === 0) return new Set();
      // Compared in a projection: DocumentDB on PostgreSQL refuses `$$NOW` in a filter once the collection has an index.
      const seen = await workers.aggregate<{ _id: string; alive: boolean }>(
        [
          { $match: { _id: { $in: [...workerIds] } } },
          { $project: { alive: { $gt: ['$seen_at', { $subtract: ['$$NOW', ms] }] } } },
        ],
        { batchSize: workerIds.length + 1 },
      );
      return new Set(seen.filter((worker) => worker.alive).map((worker) => worker._id));
    },
    async remove(workerId) {
      await workers.deleteOne({ _id: workerId });
    },
  };
}
