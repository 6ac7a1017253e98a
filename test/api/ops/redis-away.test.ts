import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueueReport } from '../../../src/shared/ops/queue-report.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

let own: RedisProcess;
beforeAll(async () => {
  own = await startRedis();
});
afterAll(() => own.kill());

const skein = useSkein({ env: { SWEEP_MS: '50' }, lateEnv: () => ({ REDIS_URL: own.url }) });
const lanes = async () => (await skein.send<QueueReport>('GET', '/ops/queues')).body.lanes;

describe('while Redis is away', () => {
  it('operators see what the record knows, and a pause is stored and followed when Redis is back', async () => {
    await own.kill();
    expect(await skein.send('POST', '/ops/lanes/interactive/pause')).toMatchObject({
      status: 202,
      body: { lane: 'interactive', paused: true },
    });
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: asks({ chunks: ['fine'] }) });
    await waitFor(async () => (await lanes())[0]?.queued === 1, { what: 'the run is seen' });
    expect(await lanes()).toMatchObject([
      { lane: 'interactive', queued: 1, dispatched: null, running: 0, paused: true },
      { lane: 'batch', queued: 0, dispatched: null, running: 0, paused: false },
    ]);

    own = await startRedis({ port: own.port });
    await skein.models.runs.updateOne({ _id: run.run_id }, { $set: { dispatched_at: new Date(0) } });
    // A run of the other lane is through: this Redis is used again.
    const other = await skein.createThread();
    const through = await skein.createRun({
      thread_id: other.thread_id,
      lane: 'batch',
      input: asks({ chunks: ['x'] }),
    });
    await skein.models.runs.updateOne(
      { _id: through.run_id, status: 'queued' },
      { $set: { dispatched_at: new Date(0) } },
    );
    await skein.waitForRun(through.run_id, 'completed');
    expect(await skein.getRun(run.run_id)).toMatchObject({ status: 'queued', attempt: 0 });
    await waitFor(async () => (await skein.send('POST', '/ops/lanes/interactive/resume')).status === 200, {
      what: 'the API has Redis again',
    });
    await skein.waitForRun(run.run_id, 'completed');
  });
});
