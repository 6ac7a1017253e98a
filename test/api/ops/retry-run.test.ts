import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein();

const retry = (runId: string, headers?: Record<string, string>) =>
  skein.send<Run & { code: string }>('POST', `/ops/runs/${runId}/retry`, undefined, headers);
/** Fails at first, then answers. */
const failsOnce = () => asks({ steps: [[{ fault: { kind: 'status', status: 400 } }, { chunks: ['now it works'] }]] });
const rolesAndTexts = async (threadId: string) =>
  (await skein.messages(threadId)).map(({ role, content }) => [role, content]);

async function failed(fields: object = {}) {
  const { thread_id } = await skein.createThread();
  const input = failsOnce();
  const run = await skein.run({ thread_id, input, ...fields });
  expect(run.status).toBe('failed');
  return { thread_id, input, run };
}

describe('POST /ops/runs/{run_id}/retry', () => {
  it('makes a new run of a failed one that completes in its place, and leaves the old one as it is', async () => {
    const { thread_id, input, run } = await failed({ metadata: { ticket: 7 }, lane: 'batch' });
    const { status, headers, body } = await retry(run.run_id);
    expect(status).toBe(202);
    expect(headers.get('content-location')).toBe(`/threads/${thread_id}/runs/${body.run_id}`);
    expect(body).toMatchObject({
      thread_id,
      input: run.input,
      options: run.options,
      lane: 'batch',
      metadata: { ticket: 7, retry_of: run.run_id },
      seq: run.seq + 1,
    });
    expect(body.run_id).not.toBe(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect(await rolesAndTexts(thread_id)).toEqual([
      ['user', input],
      ['assistant', 'now it works'],
    ]);
    const { messages: _, ...old } = run;
    expect(await skein.getRun(run.run_id)).toEqual({ ...old, waiting: null });
  });

  it('keeps the options of the old run when the assistant has changed since', async () => {
    const assistant = await skein.createAssistant({ instructions: 'Be brief.', temperature: 0.5 });
    const { thread_id } = await skein.createThread(assistant.assistant_id);
    const input = failsOnce();
    const run = await skein.run({ thread_id, input, limits: { max_steps: 3 } });
    await skein.send('PATCH', `/assistants/${assistant.assistant_id}`, { instructions: 'Be long.', temperature: 1 });
    const { body } = await retry(run.run_id);
    expect(body.options).toEqual(run.options);
    await skein.waitForRun(body.run_id, 'completed');
    const asked = skein.model.requests.filter((request) => request.user_text === input);
    expect(asked.map((request) => request.body.messages[0]?.content)).toEqual(['Be brief.', 'Be brief.']);
  });

  it('adds the input at the end when the thread went on', async () => {
    const { thread_id, input, run } = await failed();
    const next = asks({ chunks: ['next'] });
    await skein.run({ thread_id, input: next });
    const { body } = await retry(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect(await rolesAndTexts(thread_id)).toEqual([
      ['user', input],
      ['user', next],
      ['assistant', 'next'],
      ['user', input],
      ['assistant', 'now it works'],
    ]);
  });

  it('does not drop what runs write that were accepted before it', async () => {
    const { thread_id, input, run } = await failed();
    const busy = await skein.createRun({ thread_id, input: asks({ tokens: 1, first_delay_ms: 300 }) });
    const { body } = await retry(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect((await skein.getRun(busy.run_id)).status).toBe('completed');
    expect((await rolesAndTexts(thread_id)).map(([role]) => role)).toEqual([
      'user',
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
    expect((await rolesAndTexts(thread_id)).at(-2)).toEqual(['user', input]);
  });

  it('does not drop a change by hand', async () => {
    const { thread_id, input, run } = await failed();
    await skein.send('POST', `/threads/${thread_id}/state`, { values: [{ role: 'user', content: 'by hand' }] });
    const { body } = await retry(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect((await rolesAndTexts(thread_id)).map(([, content]) => content)).toEqual([
      input,
      'by hand',
      input,
      'now it works',
    ]);
  });

  it.each(['cancelled', 'incomplete', 'expired'] as const)('takes a run that is %s', async (status) => {
    const { thread_id } = await skein.createThread();
    const ends = {
      cancelled: { fault: { kind: 'hang' } },
      incomplete: { chunks: ['ha'], finish_reason: 'length' },
      expired: { fault: { kind: 'status', status: 400 } },
    } as const;
    const input = asks({ steps: [[ends[status], { chunks: ['whole'] }]] });
    const run = await skein.createRun({ thread_id, input });
    if (status === 'cancelled') {
      await skein.waitForRun(run.run_id, 'in_progress');
      await waitFor(() => skein.model.requests.some((request) => request.user_text === input), {
        what: 'the model call',
      });
      await skein.cancel(run.run_id, '?wait=true');
    }
    await skein.waitForRun(run.run_id);
    if (status === 'expired') await skein.models.runs.updateOne({ _id: run.run_id }, { $set: { status } });
    expect((await skein.getRun(run.run_id)).status).toBe(status);
    const { body } = await retry(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect(await rolesAndTexts(thread_id)).toEqual([
      ['user', input],
      ['assistant', 'whole'],
    ]);
  });

  it('starts a run that never wrote anything where that would have started', async () => {
    const { thread_id } = await skein.createThread();
    const first = asks({ chunks: ['one'] });
    await skein.run({ thread_id, input: first });
    const [, newest] = (await skein.history(thread_id)).toReversed();
    await skein.run({ thread_id, input: asks({ chunks: ['two'] }) });
    const busy = await skein.createRun({ thread_id, input: asks({ fault: { kind: 'hang' } }) });
    await skein.waitForRun(busy.run_id, 'in_progress');
    const input = asks({ chunks: ['instead'] });
    const run = await skein.createRun({ thread_id, input, checkpoint_id: newest?.checkpoint?.checkpoint_id });
    await skein.cancel(run.run_id);
    await skein.cancel(busy.run_id, '?wait=true');
    const { body } = await retry(run.run_id);
    await skein.waitForRun(body.run_id, 'completed');
    expect((await rolesAndTexts(thread_id)).map(([, content]) => content)).toEqual([first, 'one', input, 'instead']);
  });

  it('is one run for one Idempotency-Key', async () => {
    const { run } = await failed();
    const key = { 'idempotency-key': newId() };
    const first = await retry(run.run_id, key);
    await skein.waitForRun(first.body.run_id, 'completed');
    const again = await retry(run.run_id, key);
    expect(again.body.run_id).toBe(first.body.run_id);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await retry((await failed()).run.run_id, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it('is 409 for a run that has not ended or has completed, and 404 for one that does not exist', async () => {
    const { thread_id } = await skein.createThread();
    const running = await skein.createRun({ thread_id, input: asks({ fault: { kind: 'hang' } }) });
    await skein.waitForRun(running.run_id, 'in_progress');
    const queued = await skein.createRun({ thread_id, input: asks({ chunks: ['x'] }) });
    for (const { run_id } of [running, queued])
      expect(await retry(run_id)).toMatchObject({ status: 409, body: { code: 'run_not_retryable' } });
    await skein.cancel(running.run_id, '?wait=true');
    await skein.waitForRun(queued.run_id, 'completed');
    expect(await retry(queued.run_id)).toMatchObject({ status: 409, body: { code: 'run_not_retryable' } });
    expect(await retry(newId())).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});
