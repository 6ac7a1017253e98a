import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import type { Lane } from '../../../src/shared/domain/run.ts';
import type { QueueReport } from '../../../src/shared/ops/queue-report.ts';
import { createRedisKeys } from '../../../src/shared/redis/keys.ts';
import { asks, type TestWorker, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein({ workers: 0 });
const SWEEPING = { SWEEP_MS: '40' };
const workers: TestWorker[] = [];
const startWorker = async (env: Record<string, string> = {}) => workers.push(await skein.startWorker(env));

afterEach(async () => {
  for (const lane of ['interactive', 'batch']) await skein.send('POST', `/ops/lanes/${lane}/resume`);
  for (const worker of workers.splice(0)) await worker.stop();
});

const pause = (lane: Lane) => skein.send('POST', `/ops/lanes/${lane}/pause`);
const resume = (lane: Lane) => skein.send('POST', `/ops/lanes/${lane}/resume`);
const load = async (lane: Lane) =>
  (await skein.send<QueueReport>('GET', '/ops/queues')).body.lanes.find((one) => one.lane === lane);

async function accept(lane: Lane) {
  const { thread_id } = await skein.createThread();
  return skein.createRun({ thread_id, lane, input: asks({ chunks: ['fine'] }) });
}
/** Workers take runs: one of the other lane, accepted now, is through. */
async function workersTookOf(lane: Lane) {
  await skein.waitForRun((await accept(lane)).run_id, 'completed');
}

async function withRedis<T>(work: (redis: Redis, prefix: string) => Promise<T>): Promise<T> {
  const redis = new Redis(skein.services.redisUrl);
  try {
    return await work(redis, createRedisKeys(skein.services.redisPrefix).queuePrefix);
  } finally {
    redis.disconnect();
  }
}
/** As FLUSHALL leaves the queues. */
const loseQueues = () =>
  withRedis(async (redis, prefix) => {
    const keys = await redis.keys(`${prefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  });
const redisKnowsPause = (lane: Lane) =>
  withRedis(async (redis, prefix) => (await redis.hget(`${prefix}:runs-${lane}:meta`, 'paused')) === '1');
const isUntouched = { status: 'queued', dispatch: 1, attempt: 0 };

describe('pausing a lane', () => {
  it('holds accepted runs, leaves the other lane alone, and resuming lets them go', async () => {
    await startWorker();
    expect(await pause('batch')).toMatchObject({ status: 200, body: { lane: 'batch', paused: true } });
    const runs = [await accept('batch'), await accept('batch')];
    await workersTookOf('interactive');
    for (const { run_id } of runs) expect(await skein.getRun(run_id)).toMatchObject(isUntouched);
    await pause('batch');
    expect(await load('batch')).toMatchObject({ paused: true, queued: 2, dispatched: 2, running: 0 });
    expect(await load('interactive')).toMatchObject({ paused: false, queued: 0 });

    expect(await resume('batch')).toMatchObject({ status: 200, body: { lane: 'batch', paused: false } });
    for (const { run_id } of runs)
      expect(await skein.waitForRun(run_id, 'completed')).toMatchObject({ dispatch: 1, attempt: 1 });
    expect(await load('batch')).toMatchObject({ paused: false, queued: 0 });
  });

  it('leaves runs that are under way alone', async () => {
    await startWorker();
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: asks({ tokens: 20, delay_ms: 20 }) });
    await skein.waitForRun(run.run_id, 'in_progress');
    await pause('interactive');
    expect(await skein.waitForRun(run.run_id)).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('is not fought by the sweeper, however long runs wait', async () => {
    await startWorker(SWEEPING);
    await pause('interactive');
    const run = await accept('interactive');
    const lost = await accept('batch');
    await skein.waitForRun(lost.run_id, 'completed');
    const longAgo = new Date(Date.now() - 60_000);
    await skein.models.runs.updateOne({ _id: run.run_id }, { $set: { dispatched_at: longAgo, created_at: longAgo } });
    // A run of the other lane whose bell is lost: when it is through, the sweeper has looked.
    await pause('batch');
    const silent = await accept('batch');
    await withRedis((redis, prefix) =>
      redis.del(`${prefix}:runs-batch:wait`, `${prefix}:runs-batch:run-${silent.run_id}-1`),
    );
    await skein.models.runs.updateOne({ _id: silent.run_id }, { $set: { dispatched_at: longAgo } });
    await resume('batch');
    expect(await skein.waitForRun(silent.run_id, 'completed')).toMatchObject({ dispatch: 2 });
    expect(await skein.getRun(run.run_id)).toMatchObject(isUntouched);
    await resume('interactive');
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ dispatch: 1 });
  });

  it('outlives a Redis that lost everything: the sweeper pauses again, and rings for what was lost after the pause', async () => {
    await startWorker(SWEEPING);
    await pause('interactive');
    const run = await accept('interactive');
    await loseQueues();
    await waitFor(() => redisKnowsPause('interactive'), { what: 'paused again' });
    const later = await accept('interactive');
    await workersTookOf('batch');
    for (const { run_id } of [run, later]) expect(await skein.getRun(run_id)).toMatchObject(isUntouched);
    await skein.models.runs.updateOne({ _id: run.run_id }, { $set: { dispatched_at: new Date(Date.now() - 60_000) } });
    await resume('interactive');
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ dispatch: 2, attempt: 1 });
    expect(await skein.waitForRun(later.run_id, 'completed')).toMatchObject({ dispatch: 1 });
  });

  it('holds also for a worker that starts on a Redis that knows nothing of it', async () => {
    await pause('interactive');
    await loseQueues();
    const run = await accept('interactive');
    await startWorker();
    await workersTookOf('batch');
    expect(await skein.getRun(run.run_id)).toMatchObject(isUntouched);
  });

  it('ends by the sweeper when the queue was not told of the end', async () => {
    await pause('interactive');
    const run = await accept('interactive');
    await skein.models.lanes.updateOne({ _id: 'interactive' }, { $set: { paused: false } });
    await startWorker(SWEEPING);
    await skein.waitForRun(run.run_id, 'completed');
    expect(await redisKnowsPause('interactive')).toBe(false);
  });

  it('is 404 for a lane that does not exist', async () => {
    expect(await skein.send('POST', '/ops/lanes/express/pause')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });
});
