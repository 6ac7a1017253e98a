import { Redis } from 'ioredis';
import { createProbe } from '../load/probe.ts';
import type { Load } from '../load/start-load.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { type Injected, underLoad } from './under-load.ts';

/** During every outage of Redis runs are accepted, with this much patience: one command time-out. */
const MEANWHILE = { accepted: true, withinMs: 2500 } as const;

type During = () => Promise<string[]>;

/** The ways to lose Redis; `during` takes as long as the outage shall last. */
const ways = {
  'redis kill -9 and restart': async (rig: Rig): Promise<Injected> => {
    const delivered = await anyKeys(rig);
    await rig.restartRedis();
    return { delivered };
  },

  'redis FLUSHALL': async (rig: Rig, _during: During, load: Load): Promise<Injected> => {
    const delivered = (await anyKeys(rig)) && load.underWay.size > 0;
    await withRedis(rig, (redis) => redis.flushall());
    return { delivered };
  },

  'redis refused': async (rig: Rig, during: During): Promise<Injected> => {
    const before = rig.redisProxy.hits;
    await rig.redisProxy.set('refuse');
    try {
      return { wrong: await during(), delivered: rig.redisProxy.hits > before };
    } finally {
      await rig.redisProxy.set('pass');
    }
  },

  'redis hung (SIGSTOP)': async (rig: Rig, during: During, load: Load): Promise<Injected> => {
    process.kill(rig.redis.pid, 'SIGSTOP');
    try {
      return { delivered: load.underWay.size > 0, wrong: await during() };
    } finally {
      process.kill(rig.redis.pid, 'SIGCONT');
    }
  },

  'redis pub/sub connections killed': async (rig: Rig): Promise<Injected> =>
    withRedis(rig, async (redis) => ({ delivered: Number(await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')) > 0 })),

  'redis maxmemory reached': async (rig: Rig, during: During): Promise<Injected> =>
    withRedis(rig, async (redis) => {
      await redis.config('SET', 'maxmemory', '1');
      try {
        const error = await redis.set('probe', 'x').catch((thrown: Error) => thrown);
        return { delivered: error instanceof Error && error.message.startsWith('OOM'), wrong: await during() };
      } finally {
        await redis.config('SET', 'maxmemory', '0');
      }
    }),
} as const;

export type RedisFault = keyof typeof ways;
export const REDIS_FAULTS = Object.keys(ways) as RedisFault[];

/** Loses Redis under load `n` times, for `outageMs` where the fault lasts. */
export async function redisFault(
  rig: Rig,
  fault: RedisFault,
  options: { readonly n: number; readonly outageMs: number; readonly everyMs: number; readonly giveUpMs: number },
): Promise<Row> {
  const probe = await createProbe(rig);
  const during: During = () => probe.during(options.outageMs, MEANWHILE);
  const row = await underLoad(rig, {
    ...options,
    fault,
    seats: 6,
    inject: (_round, load) => ways[fault](rig, during, load),
  });
  row.found.wrong.push(...(await probe.settled(options.giveUpMs)));
  return { ...row, note: probe.note() };
}

async function withRedis<T>(rig: Rig, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(rig.redis.url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

const anyKeys = (rig: Rig): Promise<boolean> => withRedis(rig, async (redis) => (await redis.dbsize()) > 0);
