import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { DEFAULT_LIMITS } from '../../../src/shared/domain/limits.ts';
import { NO_USAGE } from '../../../src/shared/domain/run.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { ensureIndexes } from '../../../src/shared/mongo/ensure-indexes.ts';
import { createModels } from '../../../src/shared/mongo/models.ts';
import { createRunLifecycle, type RunEnd, type RunLifecycle } from '../../../src/shared/mongo/run-lifecycle.ts';
import { createRunRepository, type RunRepository, type RunStart } from '../../../src/shared/mongo/run-repository.ts';
import { createThreadRepository, type ThreadRepository } from '../../../src/shared/mongo/thread-repository.ts';
import { createUsageModels } from '../../../src/shared/mongo/usage-models.ts';
import { createWaitingRuns, type WaitingRuns } from '../../../src/shared/mongo/waiting-runs.ts';
import { useServices } from '../../support/services.ts';

const { mongoUrl, database } = useServices();
const projectId = newId();
let connection: Connection;
let lifecycle: RunLifecycle;
let runs: RunRepository;
let threads: ThreadRepository;
let waiting: WaitingRuns;

beforeAll(async () => {
  connection = await connectMongo({ url: mongoUrl, database, poolSize: 10, appName: 'test' });
  const models = createModels(connection);
  await ensureIndexes(models);
  lifecycle = createRunLifecycle(models);
  runs = createRunRepository({ ...models, ...createUsageModels(connection) });
  threads = createThreadRepository(models);
  waiting = createWaitingRuns(models);
});
afterAll(() => connection.destroy());

async function accept(threadId: string, seq: number, start: RunStart = 'queued', key?: string): Promise<RunDocument> {
  const { document } = await runs.insert(
    projectId,
    {
      _id: newId(),
      ...(key === undefined ? {} : { idempotency_key: key }),
      project_id: projectId,
      thread_id: threadId,
      assistant_id: newId(),
      seq,
      status: 'queued',
      dispatch: 0,
      attempt: 0,
      lost: 0,
      worker_id: null,
      multitask_strategy: 'enqueue',
      lane: 'interactive',
      input: [],
      options: {
        model: 'm',
        instructions: '',
        tools: [],
        temperature: null,
        response_format: null,
        context_policy: null,
        limits: DEFAULT_LIMITS,
      },
      metadata: {},
      usage: NO_USAGE,
      required_action: null,
      last_error: null,
      incomplete_details: null,
      batch_id: null,
      cancel_requested_at: null,
      created_at: new Date(),
      dispatched_at: null,
      first_token_at: null,
      finished_at: null,
      expires_at: null,
    },
    start,
  );
  return document;
}
const COMPLETED: RunEnd = {
  status: 'completed',
  usage: NO_USAGE,
  firstTokenAt: null,
  error: null,
  incompleteReason: null,
};
const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)));

async function claimed(): Promise<RunDocument> {
  const run = await accept(newId(), 1);
  await lifecycle.promote(projectId, run.thread_id);
  await waiting.dispatch(run._id);
  const claim = await lifecycle.claim(run._id, 1, 'worker');
  if (claim.kind !== 'claimed') throw new Error(claim.reason);
  return claim.run;
}

describe('of many at once', () => {
  it('one promotes, and it promotes the lowest place; and one admits it', async () => {
    const threadId = newId();
    const later = await accept(threadId, 9);
    const lowest = await accept(threadId, 2);
    const promoted = await times(10, () => lifecycle.promote(projectId, threadId));
    expect(promoted.filter((run) => run !== null).map((run) => [run._id, run.dispatch])).toEqual([[lowest._id, 0]]);
    expect((await runs.active(projectId, threadId))?.run_id).toBe(lowest._id);
    expect((await runs.get(projectId, later._id))?.dispatch).toBe(0);
    const admitted = await times(10, () => waiting.dispatch(lowest._id));
    expect(admitted.filter((run) => run !== null).map((run) => run.dispatch)).toEqual([1]);
  });

  it('one is stored as holding a thread that seems free, and the others wait', async () => {
    const threadId = newId();
    const stored = await times(10, (n) => accept(threadId, n + 1, 'dispatched'));
    expect(stored.filter((run) => run.active).map((run) => run.dispatch)).toEqual([1]);
    expect(stored.filter((run) => !run.active).map((run) => [run.status, run.dispatch])).toEqual(
      Array.from({ length: 9 }, () => ['queued', 0]),
    );
  });

  it('one claims a dispatch, and an old bell claims nothing', async () => {
    const run = await accept(newId(), 1);
    expect((await lifecycle.claim(run._id, 0, 'early')).kind).toBe('stand_down');
    await lifecycle.promote(projectId, run.thread_id);
    await waiting.dispatch(run._id);
    const again = await lifecycle.redispatch({ _id: run._id, dispatch: 1 });
    expect(again?.dispatch).toBe(2);
    expect(await lifecycle.claim(run._id, 1, 'late')).toEqual({ kind: 'stand_down', reason: 'old_bell' });
    const claims = await times(10, (n) => lifecycle.claim(run._id, 2, `worker-${n}`));
    expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    expect((await runs.get(projectId, run._id))?.attempt).toBe(1);
    expect(await lifecycle.claim(newId(), 1, 'w')).toEqual({ kind: 'stand_down', reason: 'gone' });
  });

  it('one ends a run: worker, cancel and sweeper do not overwrite each other', async () => {
    for (let round = 0; round < 5; round += 1) {
      const run = await claimed();
      const [finished, handed, settled] = await Promise.all([
        lifecycle.finish(run, COMPLETED),
        lifecycle.handBack(run, true),
        lifecycle.settle(run, 'failed', { code: 'worker_lost', message: 'x' }),
        runs.requestCancel(projectId, run._id),
      ]);
      const winners = [finished, handed, settled].filter((one) => one !== null);
      // `finish` also answers an end that stands already, so two may tell of it; they must tell the same.
      expect(new Set(winners.map(({ status, finished_at }) => `${status} ${finished_at}`)).size).toBeLessThanOrEqual(1);
      const after = await runs.get(projectId, run._id);
      if (winners[0]) expect(after?.status).toBe(winners[0].status === 'queued' ? 'cancelled' : winners[0].status);
      if (winners.length === 0) expect(after?.status).toBe('cancelling');
    }
  });
});

describe('a worker that lost its run', () => {
  it('can neither end it, pause it nor give it back', async () => {
    const run = await claimed();
    const again = await lifecycle.handBack(run, true);
    const second = await lifecycle.claim(run._id, again?.dispatch ?? 0, 'other');
    expect(second.kind).toBe('claimed');
    expect(await lifecycle.finish(run, COMPLETED)).toBeNull();
    expect(await lifecycle.pause(run, [], NO_USAGE)).toBeNull();
    expect(await lifecycle.handBack(run, false)).toBeNull();
    expect(await runs.get(projectId, run._id)).toMatchObject({ status: 'in_progress', attempt: 2, worker_id: 'other' });
  });

  it('keeps the time of the first start', async () => {
    const run = await claimed();
    const again = await lifecycle.handBack(run, false);
    const second = await lifecycle.claim(run._id, again?.dispatch ?? 0, 'other');
    expect(second.kind === 'claimed' && second.run.started_at).toEqual(run.started_at);
  });
});

describe('ends that are written at once', () => {
  it('are each told to their own worker, and to no other', async () => {
    const all = await times(30, () => claimed());
    const ends = all.flatMap((run) => [
      lifecycle.finish({ ...run, worker_id: 'another' }, COMPLETED),
      lifecycle.finish(run, { ...COMPLETED, usage: { ...NO_USAGE, total_tokens: run.seq } }),
    ]);
    const told = (await Promise.all(ends)).map((end) => end && [end._id, end.status]);
    expect(told).toEqual(all.flatMap((run) => [null, [run._id, 'completed']]));
    expect((await runs.get(projectId, all[7]?._id ?? ''))?.status).toBe('completed');
  });
});

describe('a run that may be taken back', () => {
  it('is gone for repeats of its request when that was first', async () => {
    const run = await accept(newId(), 1, 'queued', 'refused');
    expect(await runs.withdraw(projectId, run._id)).toBe(true);
    expect(await runs.byIdempotencyKey(projectId, 'refused')).toBeNull();
  });

  it('stays when a repeat was told of it first', async () => {
    const run = await accept(newId(), 1, 'queued', 'told');
    expect((await runs.byIdempotencyKey(projectId, 'told'))?._id).toBe(run._id);
    expect(await runs.withdraw(projectId, run._id)).toBe(false);
  });
});

describe('a cancel', () => {
  it('that came first makes whatever end the worker writes a cancelled one, without an error', async () => {
    for (const end of [COMPLETED, { ...COMPLETED, status: 'failed', error: { code: 'x', message: 'y' } } as const]) {
      const run = await claimed();
      expect(await runs.requestCancel(projectId, run._id)).toMatchObject({ kind: 'signal', workerId: 'worker' });
      expect(await lifecycle.cancelRequested('worker')).toContain(run._id);
      expect(await lifecycle.pause(run, [], NO_USAGE)).toBeNull();
      expect(await lifecycle.finish(run, end)).toMatchObject({ status: 'cancelled', last_error: null });
      expect(await runs.requestCancel(projectId, run._id)).toMatchObject({
        kind: 'ended',
        run: { status: 'cancelled' },
      });
    }
  });

  it('of another project changes nothing', async () => {
    const run = await claimed();
    expect(await runs.requestCancel(newId(), run._id)).toBeNull();
    expect(await runs.get(newId(), run._id)).toBeNull();
    expect((await runs.get(projectId, run._id))?.status).toBe('in_progress');
  });
});

describe('a thread', () => {
  const place = async (threadId: string) => {
    const taken = await threads.nextRunSeq(projectId, threadId);
    if (!taken) throw new Error('no thread');
    return [taken.seq, taken.idle];
  };
  const end = (threadId: string, settledSeq?: number) =>
    threads.noteRunEnd(projectId, threadId, {
      status: 'completed',
      lastMessage: null,
      ...(settledSeq === undefined ? {} : { settledSeq }),
    });

  it('is idle for a run when the one with the place before has held it and ended', async () => {
    const { thread_id } = await threads.create(projectId, { name: 'a', assistantId: newId(), metadata: {} });
    expect(await place(thread_id)).toEqual([1, true]);
    expect(await place(thread_id)).toEqual([2, false]);
    await end(thread_id, 1);
    expect(await place(thread_id)).toEqual([3, false]);
    await end(thread_id, 3);
    expect(await place(thread_id)).toEqual([4, true]);
  });

  it('is not idle after the end of a run that never held it, because an earlier one may still wait', async () => {
    const { thread_id } = await threads.create(projectId, { name: 'a', assistantId: newId(), metadata: {} });
    await place(thread_id);
    await end(thread_id);
    expect(await place(thread_id)).toEqual([2, false]);
  });

  it('is not idle while a run waits that was stored after one with a later place had got it', async () => {
    const { thread_id } = await threads.create(projectId, { name: 'a', assistantId: newId(), metadata: {} });
    await place(thread_id);
    await place(thread_id);
    await threads.noteWaiting(projectId, thread_id, 2);
    expect(await end(thread_id, 2)).toBe(3);
    expect(await place(thread_id)).toEqual([4, false]);
  });
});
