import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { afterAll, beforeAll, inject } from 'vitest';
import { type ConnectionWatch, watchConnections } from './services-connections.ts';

/** The running MongoDB and Redis, with a part of each for one test file. */
export interface TestServices {
  readonly mongoUrl: string;
  /** Database of this test file. */
  readonly database: string;
  readonly redisUrl: string;
  /** First part of this test file's Redis keys. */
  readonly redisPrefix: string;
  /** The same as the settings of src/shared/config, for `loadConfig` and for processes. */
  readonly env: Readonly<
    Record<'MONGODB_URL' | 'MONGODB_DATABASE' | 'REDIS_URL' | 'REDIS_PREFIX' | 'AUTH_MODE', string>
  >;
}

/**
 * Gives a test file a database and a key prefix of its own. Call it first, at the top level or in a `describe`: when all else there is done, it fails if this process still
 * has connections to either service, drops the database and deletes the keys.
 */
export function useServices(): TestServices {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const mongoUrl = inject('mongoUrl');
  const redisUrl = inject('redisUrl');
  let watch: ConnectionWatch | null = null;

  beforeAll(() => {
    watch = watchConnections();
  });
  // vitest runs these in reverse order: the one registered first is the last.
  afterAll(async () => {
    try {
      await watch?.expectClosed([portOf(mongoUrl, 27_017), portOf(redisUrl, 6379)]);
    } finally {
      watch?.stop();
      await dropDatabase(mongoUrl, name);
      await deleteKeys(redisUrl, name);
    }
  });

  return {
    mongoUrl,
    database: name,
    redisUrl,
    redisPrefix: name,
    env: {
      MONGODB_URL: mongoUrl,
      MONGODB_DATABASE: name,
      REDIS_URL: redisUrl,
      REDIS_PREFIX: name,
      AUTH_MODE: 'none',
    },
  };
}

async function dropDatabase(url: string, dbName: string): Promise<void> {
  const connection = await mongoose.createConnection(url, { dbName }).asPromise();
  try {
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 }) as AsyncIterable<string[]>)
      if (keys.length > 0) await redis.unlink(...keys);
  } finally {
    redis.disconnect();
  }
}

/** The port in the URL of a server; of several hosts, the first. */
function portOf(url: string, fallback: number): number {
  const port = /^[a-z+]+:\/\/(?:[^@/]*@)?[^:/,]+:(\d+)/.exec(url)?.[1];
  return port ? Number(port) : fallback;
}
