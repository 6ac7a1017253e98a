import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { type Rig, startRig } from './rig/start-rig.ts';
import { SHORT_TIMINGS } from './rig/timings.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ apis: 0, workers: 0, timings: SHORT_TIMINGS });
});
afterAll(() => rig.close());

describe('an API that starts while Redis is away', () => {
  it('accepts runs, is not ready, and heals when Redis is there', async () => {
    await rig.redisProxy.set('refuse');
    await rig.startApi();
    const { client } = rig;
    expect((await client.send('GET', '/health/ready')).status).toBe(503);
    const { assistant_id } = await client.createAssistant();
    const early = await client.createRun({ assistant_id, input: 'early' });
    expect(early.status).toBe('queued');

    await rig.redisProxy.set('pass');
    await waitFor(async () => (await client.send('GET', '/health/ready')).status === 200, { what: 'ready again' });
    await rig.startWorker();
    const later = await client.waitForRun((await client.createRun({ assistant_id, input: 'later' })).run_id);
    // Its first bell was heard: the sweeper had nothing to do for it.
    expect(later).toMatchObject({ status: 'completed', dispatch: 1 });
    expect(await client.waitForRun(early.run_id)).toMatchObject({ status: 'completed' });
  });
});

describe('a Redis that evicts keys', () => {
  it('is refused at the start by API and worker', async () => {
    const redis = new Redis(rig.redis.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    redis.disconnect();
    await Promise.all([
      expect(rig.startApi()).rejects.toThrow('noeviction'),
      expect(rig.startWorker()).rejects.toThrow('noeviction'),
    ]);
  });
});
