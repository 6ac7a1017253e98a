import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { queueName } from '../../src/shared/queue/run-job.ts';
import { createRedisKeys } from '../../src/shared/redis/keys.ts';
import { useProcesses } from '../support/processes.ts';
import { asks, type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein({ workers: 0, env: { STREAM_HEARTBEAT_MS: '100' } });
const processes = useProcesses();

const SWEEPING = { SWEEP_MS: '40', HEARTBEAT_MS: '300', WORKER_LOST_MS: '1500' };
const ago = (ms: number) => new Date(Date.now() - ms);
const workers: TestWorker[] = [];
const startWorker = async (env: Record<string, string>) => {
  const worker = await skein.startWorker(env);
  workers.push(worker);
  return worker;
};
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

async function withRedis<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(skein.services.redisUrl, { maxRetriesPerRequest: null });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
/** What Redis loses when it loses the queue. */
const loseQueue = () =>
  withRedis(async (redis) => {
    const keys = await redis.keys(`${createRedisKeys(skein.services.redisPrefix).queuePrefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  });

/** A run that is accepted and, as there is no worker, not taken. */
async function queuedRun(text = asks({ chunks: ['fine'] })) {
  const { thread_id } = await skein.createThread();
  return skein.createRun({ thread_id, input: text });
}
const change = (runId: string, $set: object) => skein.models.runs.updateOne({ _id: runId }, { $set });

describe('the sweeper', () => {
  it('rings again for a run that was dispatched and is not on the queue', async () => {
    const run = await queuedRun();
    await loseQueue();
    await change(run.run_id, { dispatched_at: ago(11_000) });
    await startWorker(SWEEPING);
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ dispatch: 2, attempt: 1 });
  });

  it('leaves a run alone whose bell still waits, and one that was just dispatched', async () => {
    const waiting = await queuedRun();
    await change(waiting.run_id, { dispatched_at: ago(11_000) });
    const fresh = await queuedRun();
    await startWorker({ ...SWEEPING, INTERACTIVE_SLOTS: '0' });
    skein.commands.length = 0;
    await waitFor(() => skein.commands.filter((name) => name === 'aggregate').length >= 3, { what: 'three sweeps' });
    for (const { run_id } of [waiting, fresh])
      expect(await skein.getRun(run_id)).toMatchObject({ status: 'queued', dispatch: 1 });
    await startWorker({});
    for (const { run_id } of [waiting, fresh]) await skein.waitForRun(run_id, 'completed');
  });

  it('promotes the next run of a thread whose promoter died', async () => {
    const run = await queuedRun();
    await loseQueue();
    await skein.models.runs.updateOne(
      { _id: run.run_id },
      { $unset: { active: 1 }, $set: { dispatch: 0, dispatched_at: null, created_at: ago(11_000) } },
    );
    await startWorker(SWEEPING);
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ dispatch: 1, attempt: 1 });
  });

  it('gives the run of a dead worker to another one', async () => {
    const run = await queuedRun();
    await loseQueue();
    await change(run.run_id, { status: 'in_progress', worker_id: 'dead', attempt: 1, started_at: new Date() });
    await startWorker(SWEEPING);
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ attempt: 2, dispatch: 2 });
    expect((await skein.models.runs.findOne({ _id: run.run_id }).lean())?.lost).toBe(1);
  });

  it('gives a run up as worker_lost after the third lost worker, and the thread goes on', async () => {
    const text = asks({ chunks: ['never'] });
    const run = await queuedRun(text);
    const next = await skein.createRun({ thread_id: run.thread_id, input: asks({ chunks: ['next'] }) });
    await loseQueue();
    await change(run.run_id, { status: 'in_progress', worker_id: 'dead', attempt: 3, lost: 2 });
    const stream = await skein.rejoin(run.run_id);
    await startWorker(SWEEPING);
    await stream.finished();
    // Told by the log, or by a snapshot where the stream learned of the end from the record first.
    const told = stream.all('snapshot').map((snapshot) => snapshot.run.last_error);
    expect([...stream.all('error'), ...told]).toContainEqual(expect.objectContaining({ code: 'worker_lost' }));
    expect(stream.all('done')).toMatchObject([{ status: 'failed' }]);
    expect(await skein.getRun(run.run_id)).toMatchObject({ status: 'failed', last_error: { code: 'worker_lost' } });
    await skein.waitForRun(next.run_id, 'completed');
    expect(skein.model.requests.some((request) => request.user_text === text)).toBe(false);
  });

  it('ends what a dead worker should have cancelled, and what has expired', async () => {
    const [cancelling, expired, kept] = [await queuedRun(), await queuedRun(), await queuedRun()];
    await loseQueue();
    await change(cancelling.run_id, { status: 'cancelling', worker_id: 'dead', attempt: 1 });
    await change(expired.run_id, { expires_at: ago(1000) });
    await startWorker(SWEEPING);
    await skein.waitForRun(cancelling.run_id, 'cancelled');
    await skein.waitForRun(expired.run_id, 'expired');
    await skein.waitForRun(kept.run_id, 'completed');
  });

  it('finishes deletions that were interrupted and removes temporary threads of yesterday', async () => {
    const run = await queuedRun();
    const { assistant_id } = await skein.createAssistant();
    const temporary = await skein.createRun({ assistant_id, input: 'x' });
    await skein.cancel(temporary.run_id);
    await skein.models.threads.updateOne({ _id: run.thread_id }, { $set: { deleted_at: ago(60_000) } });
    await skein.models.threads.updateOne({ _id: temporary.thread_id }, { $set: { updated_at: ago(25 * 3_600_000) } });
    await startWorker({ ...SWEEPING, INTERACTIVE_SLOTS: '0' });
    const left = () => skein.models.threads.countDocuments({ _id: { $in: [run.thread_id, temporary.thread_id] } });
    await waitFor(async () => (await left()) === 0, { what: 'both are removed' });
    expect(await skein.models.runs.countDocuments({ _id: { $in: [run.run_id, temporary.run_id] } })).toBe(0);
  });
});

describe('two bells for one dispatch', () => {
  it('make one worker execute the run and the others stand down', async () => {
    const text = asks({ chunks: ['once'], first_delay_ms: 50 });
    const run = await queuedRun(text);
    await withRedis(async (redis) => {
      const prefix = createRedisKeys(skein.services.redisPrefix).queuePrefix;
      const queue = new Queue(queueName('interactive'), { connection: redis, prefix });
      for (const jobId of ['again-a', 'again-b', 'again-c'])
        await queue.add('run', { run_id: run.run_id, dispatch: 1 }, { jobId, removeOnComplete: true });
      await Promise.all([startWorker({}), startWorker({})]);
      await skein.waitForRun(run.run_id, 'completed');
      await waitFor(async () => (await queue.getJobCountByTypes('waiting', 'active')) === 0, {
        what: 'all bells are heard',
      });
      await queue.close();
    });
    expect(await skein.getRun(run.run_id)).toMatchObject({ attempt: 1, dispatch: 1 });
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
    expect((await skein.messages(run.thread_id)).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });
});

describe('a worker process that is killed', () => {
  it('in the middle of a step leaves a run that another one finishes, with no message twice', async () => {
    const worker = await processes.startWorker({ ...skein.env, ...SWEEPING, LOG_LEVEL: 'info' });
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const { thread_id } = await skein.createThread(assistant_id);
    const calls = [{ name: 'calculator', arguments: { expression: '6*7' } }];
    const text = asks({ steps: [{ tool_calls: calls }, [{ tokens: 2000, delay_ms: 10 }, { chunks: ['42'] }]] });
    const stream = await skein.stream({ thread_id, input: text });
    await stream.until('text of the second step', () => stream.all('text').length > 2);
    await worker.kill();
    await startWorker(SWEEPING);
    const events = await stream.finished();
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'completed' } });
    expect(stream.all('metadata').map(({ attempt }) => attempt)).toEqual([1, 2]);
    const stored = await skein.messages(thread_id);
    expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'assistant']);
    expect(stored.slice(-2).map(({ content }) => content)).toEqual(['42', '42']);
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(3);
  });
});
