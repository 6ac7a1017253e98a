import type { Redis } from 'ioredis';
import type { Logger } from '../logging/create-logger.ts';
import type { CheckpointLog } from '../mongo/checkpoint-log.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { ThreadRepository } from '../mongo/thread-repository.ts';
import type { ToolCallRepository } from '../mongo/tool-call-repository.ts';
import type { RedisKeys } from '../redis/keys.ts';

/**
 * Removes what came too late for the deletion of its thread: a run that was accepted in that moment (it had its place on the thread before, and was inserted after), or
 * what a worker wrote that was frozen meanwhile. Whoever ends such a run, or lets it wait, calls it. Does nothing while the thread is there; safe to repeat.
 */
export type RemoveRemains = (projectId: string, threadId: string, runId: string) => Promise<void>;

export function createRemoveRemains(deps: {
  threads: Pick<ThreadRepository, 'get'>;
  runs: Pick<RunRepository, 'idsOfThread' | 'removeOfThread'>;
  log: Pick<CheckpointLog, 'removeOfThread'>;
  toolCalls: Pick<ToolCallRepository, 'removeOfThread'>;
  redis: Redis;
  keys: RedisKeys;
  logger: Logger;
}): RemoveRemains {
  const { threads, runs, log, toolCalls, redis, keys, logger } = deps;
  return async (projectId, threadId, runId) => {
    if (await threads.get(projectId, threadId)) return;
    const runIds = new Set([runId, ...(await runs.idsOfThread(projectId, threadId))]);
    await log.removeOfThread(projectId, threadId);
    await toolCalls.removeOfThread(projectId, threadId);
    await runs.removeOfThread(projectId, threadId);
    await redis
      .unlink([...runIds].map(keys.runEvents))
      .catch((err) => logger.warn({ err, thread_id: threadId }, 'event logs are left to expire'));
  };
}
