import type { Redis } from 'ioredis';

/**
 * A Redis that evicts keys when its memory is full throws away jobs and logs without a word. What it loses would be found again, but late; so it is refused.
 * @throws with what to change
 */
export async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1] ?? 'unknown';
  if (policy !== 'noeviction')
    throw new Error(`Redis has maxmemory-policy ${policy}; Skein needs noeviction, or it loses jobs without a word.`);
}
