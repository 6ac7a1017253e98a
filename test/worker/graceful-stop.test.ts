import { describe, expect, it } from 'vitest';
import { asks, useSkein } from '../support/skein.ts';
import { textsOf } from '../support/skein-stream.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein({ workers: 0, env: { DRAIN_MS: '50' } });

const requestsOf = (text: string) => skein.model.requests.filter((request) => request.user_text === text);

describe('a worker that is stopped', () => {
  it('hands its run back, and another one resumes at the last committed step', async () => {
    const first = await skein.startWorker();
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const { thread_id } = await skein.createThread(assistant_id);
    const calls = [1, 2].map((n) => ({ name: 'calculator', arguments: { expression: `${n}*10` } }));
    const text = asks({
      steps: [{ tool_calls: calls }, [{ tokens: 2000, delay_ms: 10 }, { chunks: ['the ', 'end'] }]],
    });
    const stream = await skein.stream({ thread_id, input: text });
    await stream.until('text of the second step', () => stream.all('text').length > 2);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    const committed = await skein.steps(runId);

    await first.stop();
    expect(await skein.getRun(runId)).toMatchObject({ status: 'queued', worker_id: null, attempt: 1 });
    expect(requestsOf(text).at(-1)?.closed_early).toBe(true);
    const second = await skein.startWorker();
    const events = await stream.finished();
    await second.stop();

    const run = await skein.getRun(runId);
    expect(run).toMatchObject({ status: 'completed', attempt: 2, worker_id: second.workerId });
    expect((await skein.models.runs.findOne({ _id: runId }).lean())?.lost).toBe(0);
    const stored = await skein.messages(thread_id);
    expect(stored.map(({ role, content }) => [role, role === 'user' ? '' : content])).toEqual([
      ['user', ''],
      ['assistant', ''],
      ['tool', '10'],
      ['tool', '20'],
      ['assistant', 'the end'],
    ]);
    expect((await skein.steps(runId)).slice(0, -1)).toEqual(committed);
    expect(requestsOf(text)).toHaveLength(3);

    const ids = events.flatMap(({ id }) => (id === null ? [] : [id]));
    const attempts = ids.map((id) => id.split('-').map(Number));
    const of = (attempt: number) => attempts.filter(([a]) => a === attempt).map(([, n]) => n);
    expect(of(1)).toEqual(of(1).map((_, n) => n));
    expect(of(2)).toEqual(of(2).map((_, n) => n));
    expect(attempts.map(([a]) => a)).toEqual([...of(1).map(() => 1), ...of(2).map(() => 2)]);
    expect(stream.all('metadata').map(({ attempt }) => attempt)).toEqual([1, 2]);
    // What a client shows: messages by id; the half text of the first attempt has an id that never became a message.
    const shown = new Map(stream.all('message').map((message) => [message.id, message]));
    expect([...shown.values()].filter(({ content }) => content === 'the end')).toHaveLength(1);
    const half = [...textsOf(events).keys()].filter((id) => !shown.has(id));
    expect(half).toHaveLength(1);
    expect(stored.some(({ id }) => half.includes(id))).toBe(false);
  });

  it('keeps the tokens of the steps that are committed, also when nobody goes on with the run', async () => {
    const worker = await skein.startWorker();
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const { thread_id } = await skein.createThread(assistant_id);
    const text = asks({
      steps: [{ tool_calls: [{ name: 'calculator', arguments: { expression: '1' } }] }, { tokens: 2000, delay_ms: 10 }],
    });
    const run = await skein.createRun({ thread_id, input: text });
    await waitFor(() => requestsOf(text).length === 2, { what: 'the second step' });
    await worker.stop();
    const cancelled = await skein.cancel(run.run_id);
    expect(cancelled).toMatchObject({ status: 'cancelled', usage: { prompt_tokens: 10, total_tokens: 11 } });
  });

  it('lets runs that are nearly done finish first', async () => {
    const worker = await skein.startWorker({ DRAIN_MS: '5000' });
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: asks({ tokens: 10, delay_ms: 20 }) });
    await skein.waitForRun(run.run_id, 'in_progress');
    const startedAt = performance.now();
    await worker.stop();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await skein.getRun(run.run_id)).toMatchObject({ status: 'completed', attempt: 1 });
  });

  it('loses no run that is rung for while it stops', async () => {
    const threads = await Promise.all(Array.from({ length: 5 }, () => skein.createThread()));
    const posted: string[] = [];
    for (const { thread_id } of threads) {
      const worker = await skein.startWorker();
      const stopping = worker.stop();
      posted.push((await skein.createRun({ thread_id, input: asks({ chunks: ['x'], first_delay_ms: 20 }) })).run_id);
      await stopping;
    }
    const last = await skein.startWorker({ DRAIN_MS: '5000' });
    for (const runId of posted) await skein.waitForRun(runId, 'completed');
    const lost = await skein.models.runs.find({ _id: { $in: posted }, lost: { $gt: 0 } }).lean();
    expect(lost).toEqual([]);
    await last.stop();
    await waitFor(async () => (await skein.models.workers.countDocuments()) === 0, { what: 'no worker is left' });
  });
});
