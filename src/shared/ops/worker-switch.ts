/**
 * Draining a worker. The wish is stored in the worker's own document, then the worker is told by pub/sub to look. A message that is lost costs time only: each heartbeat reads the wish.
 */
import type { Redis } from 'ioredis';
import type { Logger } from '../logging/create-logger.ts';
import type { Models } from '../mongo/models.ts';
import type { RedisKeys } from '../redis/keys.ts';
import type { WorkerState } from './queue-report.ts';
import { readWorkerStates } from './worker-states.ts';

/** Said on a worker's channel: the record has something new for it. */
export const LOOK = 'look';

export interface WorkerSwitch {
  /** Stores the wish and tells the worker. null: no such worker within the last day. */
  set(workerId: string, draining: boolean): Promise<WorkerState | null>;
}

export function createWorkerSwitch(deps: {
  models: Pick<Models, 'workers'>;
  redis: Redis;
  keys: Pick<RedisKeys, 'workerCancel'>;
  lostMs: number;
  logger: Logger;
}): WorkerSwitch {
  const { models, redis, keys, lostMs, logger } = deps;
  return {
    async set(workerId, draining) {
      const { matchedCount } = await models.workers.updateOne({ _id: workerId }, { $set: { draining } });
      if (matchedCount === 0) return null;
      await redis
        .publish(keys.workerCancel(workerId), LOOK)
        .catch((err) =>
          logger.warn({ err, worker_id: workerId }, 'a worker was not told; its next heartbeat finds it'),
        );
      const [state] = await readWorkerStates(models, lostMs, workerId);
      return state ?? null;
    },
  };
}
