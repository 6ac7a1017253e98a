import type { Redis } from 'ioredis';
import type { RedisKeys } from '../redis/keys.ts';

/**
 * Asks every viewer of a run, in every API process, to look at the log and at Mongo now and not at its next heartbeat: for changes that no
 * worker announces (a queued run was cancelled, a run was deleted, its place in the queue changed).
 * @throws when Redis is away; then viewers notice at their next heartbeat, so a caller may ignore it.
 */
export async function nudgeViewers(redis: Redis, keys: RedisKeys, runId: string): Promise<void> {
  await redis.publish(keys.runEvents(runId), '');
}
