import type { WorkerDocument } from '../mongo/documents.ts';
import type { Models } from '../mongo/models.ts';
import type { WorkerState } from './queue-report.ts';

/** More than any installation has at work; those that died long ago come last and fall out first. */
const LIMIT = 500;

/** The workers, or the one of this id, last seen first. `alive`: seen within `lostMs`, by the database's clock. */
export async function readWorkerStates(
  models: Pick<Models, 'workers'>,
  lostMs: number,
  workerId?: string,
): Promise<WorkerState[]> {
  const workers = await models.workers.aggregate<WorkerDocument & { alive: boolean }>(
    [
      ...(workerId === undefined ? [] : [{ $match: { _id: workerId } }]),
      { $sort: { seen_at: -1 } },
      { $limit: LIMIT },
      { $addFields: { alive: { $gt: ['$seen_at', { $subtract: ['$$NOW', lostMs] }] } } },
    ],
    { batchSize: LIMIT + 1 },
  );
  return workers.map(({ _id, seen_at, started_at, alive, slots, running, draining }) => ({
    worker_id: _id,
    seen_at: seen_at.toISOString(),
    started_at: started_at.toISOString(),
    alive,
    draining: draining === true,
    slots,
    running,
  }));
}
