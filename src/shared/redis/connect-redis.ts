import { Redis } from 'ioredis';

/** Reconnect soon and for ever; the library's own back-off grows to many seconds, which is time a run waits. */
const retryStrategy = (times: number): number => Math.min(50 * 2 ** Math.min(times, 6), 2000);

const base = { retryStrategy, connectTimeout: 2000, keepAlive: 10_000 };

/**
 * How a connection behaves when Redis is away:
 * - `command`: fails fast (2 s), so a request never hangs on Redis
 * - `publisher`: as `command`, and what is written in one turn of the event loop goes out in one write
 * - `subscriber`: waits and subscribes again by itself
 * - `worker`: waits for ever, as BullMQ workers need
 */
export type RedisRole = 'command' | 'publisher' | 'subscriber' | 'worker';

const byRole = {
  command: { ...base, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 },
  publisher: {
    ...base,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: 2000,
    enableAutoPipelining: true,
  },
  subscriber: { ...base, maxRetriesPerRequest: null },
  worker: { ...base, maxRetriesPerRequest: null },
} satisfies Record<RedisRole, object>;

/**
 * A Redis connection for one role. It connects by itself; errors go to `onError` (without a listener they would end the process).
 * @param name shown by `CLIENT LIST`.
 */
export function connectRedis(url: string, role: RedisRole, name: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, { ...byRole[role], connectionName: name });
  redis.on('error', onError);
  return redis;
}

/** Waits until the connection can take commands. @throws when it takes longer than `timeoutMs`. */
export async function redisReady(redis: Redis, timeoutMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`Redis was not ready within ${timeoutMs} ms`)), timeoutMs);
  redis.once('ready', resolve);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', resolve);
  }
}
