import type { TestProject } from 'vitest/node';
import { startRedis } from './processes-redis.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** MongoDB, or the embedded store; without a database name. */
    mongoUrl: string;
    redisUrl: string;
  }
}

/** Once per test run: one Redis and one store for all test files (see useServices), unless REDIS_URL and MONGODB_URL name others. Both forget everything. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = process.env.REDIS_URL ? null : await startRedis();
  const store = process.env.MONGODB_URL ? null : await startEmbeddedStore();
  project.provide('redisUrl', process.env.REDIS_URL || (redis?.url ?? ''));
  project.provide('mongoUrl', process.env.MONGODB_URL || (store?.url ?? ''));
  return async () => {
    await store?.stop();
    await redis?.kill('SIGTERM');
  };
}

/** Loaded only where it is used, so that a run against a real engine has nothing of it in its process. */
async function startEmbeddedStore(): Promise<{ url: string; stop(): Promise<void> }> {
  const { startStore } = await import('../../src/local/mongo/store-server.ts');
  return startStore({ port: 0 });
}
