import type { Redis } from 'ioredis';
import { NotReady } from '../ops/not-ready.ts';

/** Above this share of `maxmemory` somebody should look. */
const NEARLY_FULL = 0.9;

/** What matters of a Redis server's settings and state. */
export interface RedisSettings {
  readonly policy: string;
  /** Bytes; 0 is no limit. */
  readonly maxMemory: number;
  readonly usedMemory: number;
  /** Does it keep anything on disk? */
  readonly persists: boolean;
}

export async function readRedisSettings(redis: Redis): Promise<RedisSettings> {
  const [memory, persistence] = await Promise.all([redis.info('memory'), redis.info('persistence')]);
  const text = (info: string, name: string) => new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  return {
    policy: text(memory, 'maxmemory_policy') ?? 'unknown',
    maxMemory: Number(text(memory, 'maxmemory') ?? 0),
    usedMemory: Number(text(memory, 'used_memory') ?? 0),
    persists: text(persistence, 'aof_enabled') === '1',
  };
}

/**
 * A Redis that evicts keys when its memory is full throws away jobs and logs without a word. What it loses would be found again, but late; so it is refused.
 * @throws NotReady with what to change
 */
export function refuseEviction({ policy }: RedisSettings): void {
  if (policy !== 'noeviction')
    throw new NotReady(
      `Redis has maxmemory-policy ${policy}; Skein needs noeviction, or it loses jobs without a word.`,
    );
}

/** What works and should not stay so. */
export function redisWarnings({ maxMemory, usedMemory, persists }: RedisSettings): string[] {
  return [
    ...(persists
      ? []
      : ['Redis keeps no append-only file: after its restart, runs that wait start some seconds late.']),
    ...(maxMemory > 0 && usedMemory > maxMemory * NEARLY_FULL
      ? [
          `Redis uses ${Math.round((usedMemory / maxMemory) * 100)} % of its memory; when it is full, nothing can be queued or published.`,
        ]
      : []),
  ];
}

/** Can anything be written? @throws NotReady when the server is there and refuses */
export async function checkWritable(redis: Redis, key: string): Promise<void> {
  try {
    await redis.set(key, '1', 'PX', 60_000);
  } catch (error) {
    const word =
      error instanceof Error ? /^(OOM|READONLY|MISCONF|NOREPLICAS|LOADING|CLUSTERDOWN)\b/.exec(error.message) : null;
    if (word) throw new NotReady(`Redis takes no writes (${word[1]}).`, { cause: error });
    throw error;
  }
}
