import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/domain/ids.ts';
import type { Lane, Run } from '../../src/shared/domain/run.ts';
import { TERMINAL_STATUSES } from '../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../src/shared/mongo/documents.ts';
import { queueName } from '../../src/shared/queue/run-job.ts';
import { createRedisKeys } from '../../src/shared/redis/keys.ts';
import { useAuthSkein, withKey } from '../api/auth/auth-support.ts';
import { useProcesses } from '../support/processes.ts';
import { asks, type TestWorker } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const WINDOW = 8;
const SLOTS = { INTERACTIVE_SLOTS: '8', BATCH_SLOTS: '4' };
const skein = useAuthSkein({ workers: 0, env: { ADMISSION_WINDOW: String(WINDOW), ...SLOTS } });
const processes = useProcesses();
const SWEEPING = { SWEEP_MS: '100', HEARTBEAT_MS: '300', WORKER_LOST_MS: '1500' };

let redis: Redis;
const queues = new Map<Lane, Queue>();
beforeAll(() => {
  redis = new Redis(skein.services.redisUrl, { maxRetriesPerRequest: null });
  const { queuePrefix } = createRedisKeys(skein.services.redisPrefix);
  for (const lane of ['interactive', 'batch'] as const)
    queues.set(lane, new Queue(queueName(lane), { connection: redis, prefix: queuePrefix }));
});
afterAll(async () => {
  for (const queue of queues.values()) await queue.close();
  redis.disconnect();
});

const workers: TestWorker[] = [];
const startWorker = async (env: Record<string, string> = {}) => {
  const worker = await skein.startWorker(env);
  workers.push(worker);
  return worker;
};
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});

/** A project of its own, with runs that take about `ms`. */
async function project(ms = 20) {
  const { project_id: projectId } = await skein.createProject();
  const headers = withKey((await skein.createKey(projectId)).key);
  const created = await skein.send<{ assistant_id: string }>('POST', '/assistants', { name: 'Test' }, headers);
  const { assistant_id } = created.body;
  const post = async (lane: Lane = 'interactive'): Promise<Run> => {
    const input = asks({ chunks: ['fine'], first_delay_ms: ms });
    const answer = await skein.send<Run>('POST', '/runs', { assistant_id, lane, input }, headers);
    expect(answer.status).toBe(202);
    return answer.body;
  };
  const documents = () =>
    skein.models.runs.find({ project_id: projectId }).sort({ _id: 1 }).batchSize(1000).lean<RunDocument[]>();
  const left = () =>
    skein.models.runs.countDocuments({ project_id: projectId, status: { $nin: [...TERMINAL_STATUSES] } });
  return {
    projectId,
    headers,
    post,
    documents,
    left,
    async flood(count: number, lane: Lane = 'interactive') {
      for (let posted = 0; posted < count; posted += 25)
        await Promise.all(Array.from({ length: Math.min(25, count - posted) }, () => post(lane)));
    },
    over: () => waitFor(async () => (await left()) === 0, { what: 'all runs have ended', timeoutMs: 15_000 }),
  };
}

const startedBetween = (runs: readonly RunDocument[], from: Date, to: Date | undefined) =>
  runs.filter(({ started_at: at }) => at && to && at > from && at < to).length;

/** Puts what the queue holds at its longest into `most` until `done` says so. */
async function watchQueue(lane: Lane, done: () => Promise<unknown>): Promise<number> {
  let most = 0;
  await waitFor(
    async () => {
      most = Math.max(most, (await queues.get(lane)?.getWaitingCount()) ?? 0);
      return (await done()) === true;
    },
    { what: 'the flood is over', timeoutMs: 20_000 },
  );
  return most;
}

describe('a project that floods', () => {
  it('delays another one by no more than its windowful, gets all its runs done in order, and the queue stays short', async () => {
    const [flooding, other] = [await project(), await project()];
    await flooding.flood(260);
    await startWorker();
    await waitFor(async () => (await flooding.left()) < 255, { what: 'the flood is under way' });
    const posted = await Promise.all(Array.from({ length: 10 }, () => other.post()));
    const waiting = flooding.left();
    const most = await watchQueue('interactive', async () => (await other.left()) === 0);
    expect(await waiting, 'a backlog is there when the other project comes').toBeGreaterThan(100);
    expect(await flooding.left(), 'and after it').toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(2 * WINDOW + 2);
    const [theirs, ours] = [await flooding.documents(), await other.documents()];
    expect(ours).toHaveLength(posted.length);
    for (const run of ours)
      expect(startedBetween(theirs, run.created_at, run.started_at), 'runs that went before').toBeLessThanOrEqual(
        3 * WINDOW,
      );
    await flooding.over();
    const done = await flooding.documents();
    expect(done.map(({ status, dispatch, attempt }) => `${status} ${dispatch} ${attempt}`)).toEqual(
      done.map(() => 'completed 1 1'),
    );
    const byStart = done.toSorted((a, b) => Number(a.started_at) - Number(b.started_at)).map((run) => run._id);
    const displaced = byStart.map((id, index) => Math.abs(index - done.findIndex((run) => run._id === id)));
    expect(Math.max(...displaced), 'places by which a run was early or late').toBeLessThanOrEqual(4 * WINDOW);
  });

  it('in the batch lane does not delay a run of the interactive lane at all', async () => {
    const [flooding, other] = [await project(60), await project()];
    await flooding.flood(60, 'batch');
    await startWorker();
    await waitFor(async () => (await flooding.left()) < 60, { what: 'the batch is under way' });
    const { run_id } = await other.post();
    const run = await waitFor(async () => (await other.documents()).find((one) => one.status === 'completed'), {
      what: 'the interactive run has ended',
    });
    expect(run._id).toBe(run_id);
    expect(await flooding.left()).toBeGreaterThan(30);
    expect(startedBetween(await flooding.documents(), run.created_at, run.started_at)).toBeLessThanOrEqual(4);
    await flooding.over();
  });
});

describe('runs that wait for room', () => {
  it('are in the record and not on the queue, and ending one that is on the queue admits the next', async () => {
    const { flood, post, headers, documents, over } = await project();
    await flood(WINDOW);
    const next = await post();
    expect(next).toMatchObject({ status: 'queued', dispatch: 0, dispatched_at: null });
    expect(await queues.get('interactive')?.getWaitingCount()).toBe(WINDOW);
    const [first] = await documents();
    expect((await skein.send('POST', `/runs/${first?._id}/cancel`, undefined, headers)).status).toBe(200);
    await waitFor(async () => (await documents()).at(-1)?.dispatch === 1, { what: 'the next is admitted' });
    await startWorker();
    await over();
  });

  it('can be cancelled, and their thread goes on', async () => {
    const { flood, headers, documents, over } = await project();
    await flood(WINDOW + 1);
    const waiting = (await documents()).at(-1);
    expect(waiting).toMatchObject({ waiting: true, active: true });
    const cancelled = await skein.send<Run>('POST', `/runs/${waiting?._id}/cancel`, undefined, headers);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', dispatch: 0 });
    const again = { thread_id: waiting?.thread_id, input: asks({ chunks: ['on'] }) };
    expect((await skein.send('POST', '/runs', again, headers)).status).toBe(202);
    await startWorker();
    await over();
    expect((await documents()).map((run) => run.status).filter((status) => status !== 'completed')).toEqual([
      'cancelled',
    ]);
  });

  it('are all executed once after Redis has lost everything', async () => {
    const { flood, documents, left, over } = await project();
    await flood(60);
    await startWorker(SWEEPING);
    await waitFor(async () => (await left()) < 50, { what: 'the flood is under way' });
    const keys = await redis.keys(`${skein.services.redisPrefix}:*`);
    const lost = await redis.unlink(...keys);
    expect(lost).toBeGreaterThan(0);
    expect(await left()).toBeGreaterThan(WINDOW);
    await over();
    expect((await documents()).map((run) => `${run.status} ${run.attempt}`)).toEqual(Array(60).fill('completed 1'));
  });

  it('are admitted also when the window remembers runs that are gone', async () => {
    const { flood, post, projectId, over } = await project();
    await flood(1);
    const window = createRedisKeys(skein.services.redisPrefix).admissionWindow('interactive', projectId);
    for (let n = 0; n < WINDOW; n += 1) await redis.zadd(window, Date.now() - 60_000, newId());
    expect(await post()).toMatchObject({ dispatch: 0 });
    await startWorker(SWEEPING);
    await over();
  });

  it('go on after the worker was killed with runs of a flood in its hands', async () => {
    const { flood, documents, left, over } = await project(400);
    const worker = await processes.startWorker({ ...skein.env, ...SWEEPING, LOG_LEVEL: 'info' });
    await flood(30);
    const running = async () => (await documents()).filter((run) => run.status === 'in_progress').length;
    await waitFor(async () => (await running()) >= 4, { what: 'it executes some' });
    await worker.kill();
    expect(await left()).toBeGreaterThan(WINDOW);
    await startWorker(SWEEPING);
    await over();
    const done = await documents();
    expect(done.map((run) => run.status)).toEqual(Array(30).fill('completed'));
    expect(done.filter((run) => run.attempt > 1).length, 'runs that the killed worker had').toBeGreaterThan(0);
  });
});
