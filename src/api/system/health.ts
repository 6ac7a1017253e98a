import type { Redis } from 'ioredis';
import { type CheckIndexes, createCheckIndexes } from '../../shared/mongo/check-indexes.ts';
import type { Models } from '../../shared/mongo/models.ts';
import { readWorkerStates } from '../../shared/ops/worker-states.ts';
import type { RedisKeys } from '../../shared/redis/keys.ts';
import {
  checkWritable,
  type RedisSettings,
  readRedisSettings,
  redisWarnings,
  refuseEviction,
} from '../../shared/redis/redis-settings.ts';

export const CHECKS = ['mongo', 'indexes', 'redis', 'redis_settings', 'queue'] as const;

/** What readiness is made of. A check rejects when its part cannot be used, with `NotReady` when there is something to say; one that takes too long counts as rejected. */
export interface Health {
  readonly checks: Readonly<Record<(typeof CHECKS)[number], () => Promise<unknown>>>;
  /** What works and should not stay so. */
  readonly warnings: () => Promise<readonly string[]>;
  readonly workers: () => Promise<{ readonly alive: number; readonly draining: number; readonly dead: number }>;
}

export function createHealth(deps: {
  readonly models: Models;
  readonly pingMongo: () => Promise<unknown>;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly lostMs: number;
}): Health {
  const { models, redis, keys, lostMs } = deps;
  const indexes: CheckIndexes = createCheckIndexes(models);
  /** Two parts of one answer ask at the same time. */
  let asking: Promise<RedisSettings> | null = null;
  const settings = (): Promise<RedisSettings> => {
    asking ??= readRedisSettings(redis).finally(() => {
      asking = null;
    });
    return asking;
  };
  return {
    checks: {
      mongo: deps.pingMongo,
      indexes,
      redis: () => redis.ping(),
      redis_settings: async () => refuseEviction(await settings()),
      queue: () => checkWritable(redis, keys.readiness),
    },
    warnings: async () => redisWarnings(await settings()),
    async workers() {
      const states = await readWorkerStates(models, lostMs);
      const alive = states.filter((worker) => worker.alive);
      const draining = alive.filter((worker) => worker.draining).length;
      return { alive: alive.length - draining, draining, dead: states.length - alive.length };
    },
  };
}
