import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein({ workers: 2, env: { STREAM_HEARTBEAT_MS: '50', QUEUED_RUNS_PER_THREAD: '25' } });

const endless = () => asks({ tokens: 2000, delay_ms: 10 });
const requestOf = (text: string) => skein.model.requests.find((request) => request.user_text === text);
const post = (body: object) => skein.send<Run & { code: string; active_run_id?: string }>('POST', '/runs', body);

describe('runs of one thread', () => {
  it('run one at a time, in the order of their places, also when they were posted all at once', async () => {
    const thread = await skein.createThread();
    const accepted = await Promise.all(
      Array.from({ length: 24 }, () =>
        skein.createRun({ thread_id: thread.thread_id, input: asks({ chunks: ['a'], first_delay_ms: 5 }) }),
      ),
    );
    const runs: Run[] = [];
    for (const { run_id } of accepted) runs.push(await skein.waitForRun(run_id, 'completed'));
    runs.sort((a, b) => a.seq - b.seq);
    expect(runs.map(({ seq }) => seq)).toEqual(runs.map((_, index) => index + 1));
    // One at a time: each starts after the one before it in the log has ended.
    const byStart = runs.toSorted((a, b) => Date.parse(a.started_at ?? '') - Date.parse(b.started_at ?? ''));
    for (const [index, run] of byStart.entries())
      expect(Date.parse(run.started_at ?? '')).toBeGreaterThanOrEqual(
        Date.parse(byStart[index - 1]?.finished_at ?? '1970'),
      );
    const stored = await skein.messages(thread.thread_id);
    expect(stored.map(({ role }) => role)).toEqual(runs.flatMap(() => ['user', 'assistant']));
    expect(stored.map(({ run_id }) => run_id)).toEqual(byStart.flatMap(({ run_id }) => [run_id, run_id]));
    expect(runs.map(({ attempt, dispatch }) => [attempt, dispatch])).toEqual(runs.map(() => [1, 1]));
  });

  it('start in the order in which they were accepted when each was accepted before the next was sent', async () => {
    const thread = await skein.createThread();
    const runs: Run[] = [];
    for (let n = 0; n < 6; n += 1)
      runs.push(
        await skein.createRun({ thread_id: thread.thread_id, input: asks({ chunks: ['a'], first_delay_ms: 20 }) }),
      );
    for (const { run_id } of runs) await skein.waitForRun(run_id, 'completed');
    const order = (await skein.messages(thread.thread_id)).filter(({ role }) => role === 'user');
    expect(order.map(({ run_id }) => run_id)).toEqual(runs.map(({ run_id }) => run_id));
  });

  it('go on after a run that took a later place and was stored first', async () => {
    const thread = await skein.createThread();
    const first = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    await skein.waitForRun(first.run_id, 'in_progress');
    // As two API processes leave it: the later place was stored, promoted and taken before the earlier one was stored.
    await skein.models.runs.updateOne({ _id: first.run_id }, { $set: { seq: 7 } });
    const waiting = await skein.createRun({ thread_id: thread.thread_id, input: asks({ chunks: ['too'] }) });
    expect(waiting.seq).toBe(2);
    await skein.models.threads.updateOne({ _id: thread.thread_id }, { $max: { run_seq: 7 } });
    await skein.cancel(first.run_id, '?wait=true');
    await skein.waitForRun(waiting.run_id, 'completed');
  });

  it('tell those who wait how many go first', async () => {
    const thread = await skein.createThread();
    const first = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const second = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const third = await skein.stream({ thread_id: thread.thread_id, input: asks({ chunks: ['at last'] }) });
    await third.until('position 2', () => third.all('queued').length === 1);
    await skein.waitForRun(first.run_id, 'in_progress');
    await skein.cancel(first.run_id, '?wait=true');
    await third.until('position 1', () => third.all('queued').length === 2);
    await skein.cancel(second.run_id, '?wait=true');
    const events = await third.finished();
    // 0, when it is seen in the moment in which nobody goes first and no worker has it yet.
    expect([
      [2, 1],
      [2, 1, 0],
    ]).toContainEqual(third.all('queued').map(({ position }) => position));
    expect(events.filter(({ event }) => event === 'queued').every(({ id }) => id === null)).toBe(true);
    expect(third.all('done')).toMatchObject([{ status: 'completed' }]);
  });

  it('are refused above the limit, and those that were accepted stay', async () => {
    const thread = await skein.createThread();
    const first = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    await skein.waitForRun(first.run_id, 'in_progress');
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => post({ thread_id: thread.thread_id, input: 'x' })),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(25);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(refused.map(({ body, headers }) => [body.code, headers.get('retry-after')])).toEqual(
      refused.map(() => ['too_many_queued_runs', '5']),
    );
    const open = await skein.send<Run[]>('POST', `/threads/${thread.thread_id}/runs/cancel?wait=true`);
    expect(open.body).toHaveLength(1 + answers.length - refused.length);
  });
});

describe('multitask_strategy', () => {
  it('reject answers 409 with the active run and changes nothing', async () => {
    const thread = await skein.createThread();
    const active = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const refused = await post({ thread_id: thread.thread_id, input: 'x', multitask_strategy: 'reject' });
    expect([refused.status, refused.body.code, refused.body.active_run_id]).toEqual([
      409,
      'thread_busy',
      active.run_id,
    ]);
    expect((await skein.send<Run[]>('GET', `/threads/${thread.thread_id}/runs`)).body).toHaveLength(1);
    await skein.waitForRun(active.run_id, 'in_progress');
    await skein.cancel(active.run_id, '?wait=true');
    const free = await post({ thread_id: thread.thread_id, input: 'x', multitask_strategy: 'reject' });
    expect(free.status).toBe(202);
    await skein.waitForRun(free.body.run_id, 'completed');
  });

  it('reject lets one of many through when they come at once', async () => {
    const thread = await skein.createThread();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        post({ thread_id: thread.thread_id, input: endless(), multitask_strategy: 'reject' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    const stopped = await skein.send<Run[]>('POST', `/threads/${thread.thread_id}/runs/cancel?wait=true`);
    expect(stopped.body).toHaveLength(1);
  });

  it.each([
    ['interrupt', ['user', 'assistant', 'tool', 'user', 'assistant']],
    ['rollback', ['user', 'assistant']],
  ] as const)('%s stops the active run and then runs', async (multitask_strategy, roles) => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const thread = await skein.createThread(assistant_id);
    const text = asks({
      steps: [{ tool_calls: [{ name: 'calculator', arguments: { expression: '1' } }] }, { tokens: 2000, delay_ms: 10 }],
    });
    const active = await skein.createRun({ thread_id: thread.thread_id, input: text });
    await waitFor(() => skein.model.requests.filter((request) => request.user_text === text).length === 2, {
      what: 'the second step',
    });
    const next = asks({ chunks: ['instead'] });
    const run = await skein.createRun({ thread_id: thread.thread_id, input: next, multitask_strategy });
    await skein.waitForRun(run.run_id, 'completed');
    expect((await skein.getRun(active.run_id)).status).toBe('cancelled');
    expect((await skein.messages(thread.thread_id)).map(({ role }) => role)).toEqual(roles);
    expect(requestOf(next)?.body.messages.map(({ role }) => role)).toEqual(roles.slice(0, -1));
    // Rolled back is not lost: the steps stay in the history.
    expect(await skein.steps(active.run_id)).toHaveLength(3);
  });

  it('rollback before anything was committed continues the thread as it is', async () => {
    const thread = await skein.createThread();
    await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['one'] }) });
    const waiting = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const run = await skein.createRun({
      thread_id: thread.thread_id,
      input: asks({ chunks: ['two'] }),
      multitask_strategy: 'rollback',
    });
    await skein.waitForRun(run.run_id, 'completed');
    expect((await skein.getRun(waiting.run_id)).status).toBe('cancelled');
    expect(
      (await skein.messages(thread.thread_id)).filter(({ role }) => role === 'assistant').map(({ content }) => content),
    ).toEqual(['one', 'two']);
  });

  it('interrupt ends a run that waits for the client', async () => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'function', function: { name: 'ask' } }] });
    const thread = await skein.createThread(assistant_id);
    const paused = await skein.run({
      thread_id: thread.thread_id,
      input: asks({ tool_calls: [{ name: 'ask', arguments: {} }] }),
    });
    expect(paused.status).toBe('requires_action');
    const run = await skein.createRun({
      thread_id: thread.thread_id,
      input: asks({ chunks: ['on'] }),
      multitask_strategy: 'interrupt',
    });
    await skein.waitForRun(run.run_id, 'completed');
    expect((await skein.getRun(paused.run_id)).status).toBe('cancelled');
  });
});
