import type { TestProject } from 'vitest/node';
import { startRedis } from './processes-redis.ts';
import { startStoreProcess } from './processes-store.ts';

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
  const store = process.env.MONGODB_URL ? null : await startStoreProcess();
  project.provide('redisUrl', process.env.REDIS_URL || (redis?.url ?? ''));
  project.provide('mongoUrl', process.env.MONGODB_URL || (store?.url ?? ''));
  return async () => {
    await store?.kill('SIGTERM');
    await redis?.kill('SIGTERM');
  };
}
