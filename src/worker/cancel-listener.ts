import type { Redis } from 'ioredis';
import { LOOK } from '../shared/ops/worker-switch.ts';
import type { RedisKeys } from '../shared/redis/keys.ts';
import type { ActiveRuns } from './active-runs.ts';

/**
 * Stops runs as soon as a cancel is asked for, and looks into the record when an operator has a wish. Pub/sub may lose a message; the heartbeat finds both in MongoDB then.
 * @param redis a connection of role `subscriber`.
 */
export async function listenForCancels(
  redis: Redis,
  keys: RedisKeys,
  workerId: string,
  active: ActiveRuns,
  look: () => void,
): Promise<void> {
  const own = keys.workerCancel(workerId);
  redis.on('message', (channel, said) => {
    if (channel !== own) return;
    if (said === LOOK) look();
    else active.abort(said, 'cancel');
  });
  await redis.subscribe(own);
}
