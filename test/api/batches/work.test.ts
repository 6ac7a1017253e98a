import { beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/shared/domain/batch.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import type { FakeAnswer } from '../../support/fake-model/fake-answer.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { openStream } from '../../support/skein-stream.ts';
import { waitFor } from '../../support/wait-for.ts';
import { useWebhookReceiver } from '../../support/webhook-receiver.ts';
import { createBatchClient } from './batch-client.ts';

const skein = useSkein({ env: { BATCH_OPEN_RUNS: '60' } });
const batches = createBatchClient(skein);
const receiver = useWebhookReceiver();
const state = {} as { assistant: string; query: string };

beforeAll(async () => {
  state.assistant = (await skein.createAssistant()).assistant_id;
  state.query = `?assistant_id=${state.assistant}`;
});

const item = (n: number, answer: FakeAnswer = { chunks: [`answer ${n}`] }) => ({
  custom_id: `item-${n}`,
  input: asks(answer),
});
const many = (count: number) => Array.from({ length: count }, (_, n) => item(n));
const submit = async (items: readonly object[], query = state.query) => {
  const { status, body } = await batches.upload(items, query);
  expect(status, JSON.stringify(body)).toBe(202);
  return body.batch_id;
};
const sumOf = ({ counts: { total, ...parts } }: Batch) => [Object.values(parts).reduce((sum, n) => sum + n, 0), total];
const post = (batchId: string, action: string, headers = {}) =>
  skein.send<Batch & { code: string }>('POST', `/batches/${batchId}/${action}`, undefined, headers);
const FAILS: FakeAnswer = { fault: { kind: 'status', status: 400 } };
const HANGS: FakeAnswer = { fault: { kind: 'hang' } };

describe('a batch', () => {
  it('runs each item once, few at a time, in the batch lane, and answers all in their order', async () => {
    const batchId = await submit(many(200), `${state.query}&name=Sums`);
    let most = 0;
    const sums: number[][] = [];
    const ended = await waitFor(
      async () => {
        const now = await batches.get(batchId);
        sums.push(sumOf(now));
        most = Math.max(most, now.counts.queued + now.counts.in_progress);
        return now.status === 'completed' && now;
      },
      { what: 'it has ended', timeoutMs: 15_000 },
    );
    expect(ended.counts).toMatchObject({ total: 200, completed: 200, waiting: 0 });
    expect(ended.usage?.total_tokens).toBe(200 * 11);
    expect(sums.filter(([sum, total]) => sum !== total)).toEqual([]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(60);

    const results = await batches.results(batchId);
    expect(results.map(({ index, custom_id, output, status }) => [index, custom_id, output, status])).toEqual(
      Array.from({ length: 200 }, (_, n) => [n, `item-${n}`, `answer ${n}`, 'completed']),
    );
    const runs = await skein.models.runs.find({ batch_id: batchId }).batchSize(500).lean();
    expect(new Set(runs.map((run) => run.lane))).toEqual(new Set(['batch']));
    expect(runs.map((run) => run._id).toSorted()).toEqual(results.map(({ run_id }) => run_id).toSorted());
    const listed = await skein.send<object[]>('GET', `/runs?batch_id=${batchId}&limit=100`);
    expect(listed.body.length).toBe(100);
    expect((await skein.send<object[]>('GET', '/threads')).body).toEqual([]);
  });

  it('gives its results again from where a reader was, in both orders', async () => {
    const batchId = await submit(many(130));
    await batches.waitForEnd(batchId);
    const all = await batches.results(batchId);
    expect((await batches.results(batchId, '?after=99')).map(({ index }) => index)).toEqual(
      Array.from({ length: 30 }, (_, n) => n + 100),
    );
    const ended = await batches.results(batchId, '?order=completion');
    expect(ended.toSorted((a, b) => a.index - b.index)).toEqual(all);
    const times = ended.map(({ finished_at }) => finished_at ?? '');
    expect(times).toEqual(times.toSorted());
    const rest = await batches.results(batchId, `?order=completion&after=${ended[119]?.run_id}`);
    expect(rest).toEqual(ended.slice(120));
    for (const bad of ['?after=x', '?order=completion&after=7', `?order=completion&after=${batchId}`])
      await expect(batches.results(batchId, bad)).rejects.toThrow('invalid_cursor');
  });

  it('shows what has ended while others run, and tells its progress until the end', async () => {
    const slow = item(0, { chunks: ['late'], first_delay_ms: 3000 });
    const batchId = await submit([slow, ...many(5).slice(1)]);
    const stream = await openStream(`${skein.url}/batches/${batchId}/stream`);
    const finished = () => batches.results(batchId, '?order=completion');
    await waitFor(async () => (await finished()).length === 4, { what: 'four lines', timeoutMs: 10_000 });
    expect((await batches.get(batchId)).status).toBe('in_progress');
    expect((await batches.results(batchId)).map(({ index }) => index)).toEqual([1, 2, 3, 4]);
    const events = (await stream.finished()) as unknown as { event: string; data: Batch }[];
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'completed', counts: { completed: 5 } } });
    const progress = events.filter(({ event }) => event === 'progress').map(({ data }) => data);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress.map(sumOf).filter(([sum, total]) => sum !== total)).toEqual([]);
    const late = await openStream(`${skein.url}/batches/${batchId}/stream`);
    expect((await late.finished()).map(({ event }) => event)).toEqual(['progress', 'done']);
  });

  it('keeps the assistant that it was accepted with, and what its items say goes before that', async () => {
    const own = await skein.createAssistant({ instructions: 'old' });
    const lines = [...many(2), { ...item(2), instructions: 'mine', metadata: { k: 1 } }];
    const { body } = await batches.upload(lines.slice(0, 2), `?assistant_id=${own.assistant_id}&complete=false`, {
      'idempotency-key': 'kept-assistant',
    });
    const rest = lines.slice(2).map((line) => ({ ...line, assistant_id: own.assistant_id }));
    const done = await batches.upload(rest, `?assistant_id=${own.assistant_id}&offset=2`, {
      'idempotency-key': 'kept-assistant',
    });
    await skein.send('PATCH', `/assistants/${own.assistant_id}`, { instructions: 'new' });
    expect(done.body.batch_id).toBe(body.batch_id);
    await batches.waitForEnd(body.batch_id);
    const runs = await skein.models.runs.find({ batch_id: body.batch_id }).sort({ batch_index: 1 }).lean();
    expect(runs.map((run) => [run.options.instructions, run.metadata])).toEqual([
      ['old', {}],
      ['old', {}],
      ['mine', { k: 1 }],
    ]);
  });

  it('runs items that name a thread there, in their order; one whose thread goes meanwhile fails', async () => {
    const { thread_id } = await skein.createThread(state.assistant);
    const gone = await skein.createThread(state.assistant);
    const onThread = many(6).map((line, n) =>
      n === 5 ? { ...line, thread_id: gone.thread_id } : { ...line, thread_id },
    );
    const headers = { 'idempotency-key': 'on-threads' };
    await batches.upload(onThread, '?complete=false', headers);
    await skein.send('DELETE', `/threads/${gone.thread_id}`);
    const { body } = await batches.upload([], '?offset=6', headers);
    const { counts } = await batches.waitForEnd(body.batch_id);
    expect(counts).toMatchObject({ total: 6, completed: 5, failed: 1 });
    const answers = (await skein.messages(thread_id)).filter(({ role }: Message) => role === 'assistant');
    expect(answers.map(({ content }) => content)).toEqual([0, 1, 2, 3, 4].map((n) => `answer ${n}`));
    expect((await batches.results(body.batch_id)).at(-1)).toMatchObject({
      status: 'failed',
      error: { code: 'reference_not_found' },
    });
  });
});

describe('several workers', () => {
  it('that look after one batch at the same moment make each run once', async () => {
    const others = [await skein.startWorker(), await skein.startWorker()];
    const { thread_id } = await skein.createThread(state.assistant);
    const lines = many(200).map((line, n) => (n % 20 === 0 ? { ...line, thread_id } : line));
    const batchId = await submit(lines);
    // The lease is taken away all the while.
    let taken = 0;
    await waitFor(
      async () => {
        const again = await skein.models.batches.updateOne({ _id: batchId }, { due_at: new Date(0) });
        taken += again.modifiedCount;
        return (await skein.models.batchItems.countDocuments({ batch_id: batchId, waiting: true })) === 0;
      },
      { what: 'every item has its run', timeoutMs: 15_000 },
    );
    expect(taken).toBeGreaterThan(2);
    const { counts } = await batches.waitForEnd(batchId);
    expect(counts).toMatchObject({ total: 200, completed: 200 });
    const { runs, threads } = skein.models;
    expect(await runs.countDocuments({ batch_id: batchId })).toBe(200);
    expect(await threads.countDocuments({ batch_id: batchId })).toBe(190);
    const answers = (await skein.messages(thread_id)).filter(({ role }) => role === 'assistant');
    expect(answers.map(({ content }) => content)).toEqual(Array.from({ length: 10 }, (_, n) => `answer ${n * 20}`));
    for (const other of others) await other.stop();
  });
});

describe('the end of a batch', () => {
  it('is told to the endpoints of the project, once for each round', async () => {
    const endpoint = receiver.endpoint();
    await skein.send('POST', '/webhooks', { url: endpoint.url, events: ['batch.completed'] });
    const own = receiver.endpoint();
    const hook = `&webhook_url=${encodeURIComponent(own.url)}`;
    const batchId = await submit([item(0), item(1, FAILS)], `${state.query}&name=Told${hook}`);
    expect(JSON.parse((await own.got(1))[0]?.body ?? '').data.batch_id).toBe(batchId);
    const [first] = await endpoint.got(1);
    expect(JSON.parse(first?.body ?? '')).toMatchObject({
      type: 'batch.completed',
      data: { batch_id: batchId, name: 'Told', status: 'completed', counts: { total: 2, completed: 1, failed: 1 } },
    });
    await post(batchId, 'retry_failed');
    const [, second] = await endpoint.got(2);
    expect(second?.headers['webhook-id']).not.toBe(first?.headers['webhook-id']);
  });
});

describe('a batch that is cancelled', () => {
  it('makes no new run, stops those that are open, and counts every item', async () => {
    const hanging = Array.from({ length: 100 }, (_, n) => item(n, HANGS));
    const batchId = await submit(hanging);
    await waitFor(async () => (await batches.get(batchId)).counts.in_progress >= 15, {
      what: 'runs are under way',
      timeoutMs: 10_000,
    });
    const wish = await post(batchId, 'cancel');
    expect([wish.status, wish.body.status]).toEqual([202, 'cancelling']);
    const ended = await batches.waitForEnd(batchId);
    expect(ended).toMatchObject({ status: 'cancelled', counts: { total: 100, cancelled: 100, waiting: 0 } });
    const made = await skein.models.runs.countDocuments({ batch_id: batchId });
    expect(made).toBeLessThanOrEqual(60);
    const results = await batches.results(batchId);
    expect(results.map(({ status }) => status)).toEqual(Array(100).fill('cancelled'));
    expect(results.filter(({ run_id }) => run_id !== null).length).toBe(made);
    expect((await post(batchId, 'cancel')).status).toBe(200);
  });
});

describe('failed items', () => {
  it('get new runs, once for each request; results show those, and the earlier ones stay', async () => {
    const { thread_id } = await skein.createThread(state.assistant);
    const sometimes = asks({ steps: [[FAILS, { chunks: ['at last'] }]] });
    const batchId = await submit([
      item(0),
      item(1, FAILS),
      { custom_id: 'on-thread', input: 'x [[fake: {"fault":{"kind":"status","status":400}}]]', thread_id },
      { custom_id: 'sometimes', input: sometimes },
    ]);
    const first = await batches.waitForEnd(batchId);
    expect(first.counts).toMatchObject({ completed: 1, failed: 3 });
    const before = await batches.results(batchId);
    const headers = { 'idempotency-key': 'retry-1' };
    const again = await post(batchId, 'retry_failed', headers);
    expect([again.status, again.body.status]).toEqual([202, 'in_progress']);
    expect((await post(batchId, 'retry_failed')).body.code).toBe('batch_not_ended');
    const second = await batches.waitForEnd(batchId);
    expect(sumOf(second)).toEqual([4, 4]);
    const after = await batches.results(batchId);
    expect(after[0]).toEqual(before[0]);
    for (const n of [1, 2, 3]) expect(after[n]?.run_id).not.toBe(before[n]?.run_id);
    expect((await skein.getRun(before[1]?.run_id ?? '')).status).toBe('failed');
    const repeat = await post(batchId, 'retry_failed', headers);
    expect([repeat.status, repeat.headers.get('idempotent-replayed'), repeat.body.status]).toEqual([
      202,
      'true',
      'completed',
    ]);
    // The input of the run that was repeated is in the thread once.
    const questions = (await skein.messages(thread_id)).filter(({ role }) => role === 'user');
    expect(questions.length).toBe(1);
  });

  it('of a cancelled batch are those that never had a run too', async () => {
    const batchId = await submit(Array.from({ length: 70 }, (_, n) => item(n, { chunks: ['x'], first_delay_ms: 300 })));
    await waitFor(async () => (await batches.get(batchId)).counts.in_progress > 0, {
      what: 'it began',
      timeoutMs: 10_000,
    });
    await post(batchId, 'cancel');
    const { counts } = await batches.waitForEnd(batchId);
    expect(counts.cancelled).toBeGreaterThan(0);
    await post(batchId, 'retry_failed');
    expect((await batches.waitForEnd(batchId)).counts).toMatchObject({ total: 70, completed: 70 });
    expect((await post(batchId, 'retry_failed')).status).toBe(200);
    expect((await batches.results(batchId)).map(({ index }) => index)).toEqual(Array.from({ length: 70 }, (_, n) => n));
  });
});

describe('a batch that is deleted', () => {
  it('has been used all the same: usage counts its runs', async () => {
    const own = await skein.createAssistant();
    const batchId = await submit([item(0), item(1), item(2)], `?assistant_id=${own.assistant_id}`);
    await batches.waitForEnd(batchId);
    await skein.send('DELETE', `/batches/${batchId}`);
    const { runs } = skein.models;
    await waitFor(async () => (await runs.countDocuments({ batch_id: batchId })) === 0, { what: 'its runs are gone' });
    const used = async () => {
      const { body } = await skein.send<{ assistant_id: string; runs: number }[]>('GET', '/usage?group_by=assistant');
      return body.some((row) => row.assistant_id === own.assistant_id && row.runs === 3);
    };
    await waitFor(used, { what: 'usage counts them', timeoutMs: 15_000 });
  });

  it('is gone at once, and then all that was made for it, also what was under way', async () => {
    const { thread_id } = await skein.createThread(state.assistant);
    const batchId = await submit([...Array.from({ length: 40 }, (_, n) => item(n, HANGS)), { ...item(40), thread_id }]);
    await waitFor(async () => (await batches.get(batchId)).counts.completed === 1, {
      what: 'runs are under way',
      timeoutMs: 10_000,
    });
    const stream = await openStream(`${skein.url}/batches/${batchId}/stream`);
    expect((await skein.send('DELETE', `/batches/${batchId}`)).status).toBe(204);
    for (const path of ['', '/results', '/stream'])
      expect((await skein.send('GET', `/batches/${batchId}${path}`)).status).toBe(404);
    expect(await stream.ended).toBe('cut');
    const { runs, threads } = skein.models;
    await waitFor(async () => (await threads.countDocuments({ batch_id: batchId })) === 0, {
      what: 'its threads are gone',
      timeoutMs: 15_000,
    });
    const left = await runs.find({ batch_id: batchId }).lean();
    expect(left.map((run) => run.thread_id)).toEqual([thread_id]);
  });
});
