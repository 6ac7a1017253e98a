import type { Redis } from 'ioredis';
import type { RedisKeys } from '../shared/redis/keys.ts';
import type { ActiveRuns } from './active-runs.ts';

/**
 * Stops runs as soon as a cancel is asked for. Pub/sub may lose a message; the heartbeat finds the wish in MongoDB then.
 * @param redis a connection of role `subscriber`, used for nothing else.
 */
export async function listenForCancels(
  redis: Redis,
  keys: RedisKeys,
  workerId: string,
  active: ActiveRuns,
): Promise<void> {
  redis.on('message', (_channel, runId) => void active.abort(runId, 'cancel'));
  await redis.subscribe(keys.workerCancel(workerId));
}
