import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { expect, it } from 'vitest';
import { useProcesses } from '../../support/processes.ts';
import { useServices } from '../../support/services.ts';

const services = useServices();
const processes = useProcesses();

it('gives a test file a database and keys of its own', async () => {
  const connection = await mongoose.createConnection(services.mongoUrl, { dbName: services.database }).asPromise();
  const redis = new Redis(services.redisUrl);
  try {
    expect(await connection.db?.listCollections().toArray()).toEqual([]);
    expect(await redis.keys(`${services.redisPrefix}:*`)).toEqual([]);
  } finally {
    redis.disconnect();
    await connection.close();
  }
});

it('starts real processes on them', async () => {
  const worker = await processes.startWorker(services.env);
  const api = await processes.startApi(services.env);
  expect((await fetch(`${api.url}/health/ready`)).status).toBe(200);
  expect(await api.stop()).toBe(0);
  await worker.kill();
  expect([api.hasEnded(), worker.hasEnded()]).toEqual([true, true]);
});

it('says why a process did not start', async () => {
  await expect(processes.startWorker({ ...services.env, HEARTBEAT_MS: 'often' })).rejects.toThrow(
    /ended \(1\) without "worker is ready"[\s\S]*HEARTBEAT_MS/,
  );
});
