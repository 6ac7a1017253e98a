import type { Redis } from 'ioredis';
import type { Run } from '../domain/run.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { RedisKeys } from '../redis/keys.ts';
import type { ConcludeRun } from './conclude-run.ts';

/**
 * Cancels runs. The wish is stored in MongoDB first, so it survives everything; then the worker is told by pub/sub (at once) and finds it at its next heartbeat
 * (certainly). Repeating it is harmless.
 */
export interface RunCanceller {
  /** @returns the run as it stands now, or null when there is none. @param promote whether the thread goes on with its next run. */
  cancel(projectId: string, runId: string, options?: { promote: boolean }): Promise<Run | null>;
}

export function createRunCanceller(deps: {
  runs: Pick<RunRepository, 'requestCancel'>;
  conclude: ConcludeRun;
  redis: Redis;
  keys: RedisKeys;
  logger: Logger;
}): RunCanceller {
  const { runs, conclude, redis, keys, logger } = deps;
  return {
    async cancel(projectId, runId, { promote } = { promote: true }) {
      const request = await runs.requestCancel(projectId, runId);
      if (!request) return null;
      switch (request.kind) {
        case 'ended':
          return request.run;
        case 'cancelled':
          await conclude(request.run, { promote });
          return request.run;
        case 'signal':
          if (request.workerId !== null)
            await redis
              .publish(keys.workerCancel(request.workerId), runId)
              .catch((err) => logger.warn({ err, run_id: runId }, 'cancel goes by the heartbeat'));
          return request.run;
        default:
          return request satisfies never;
      }
    },
  };
}
