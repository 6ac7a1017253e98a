import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../../support/fake-model/fake-answer.ts';
import { asks, useSkein } from '../../support/skein.ts';

const skein = useSkein({ env: { MODEL_HEADERS_TIMEOUT_MS: '300', MODEL_IDLE_TIMEOUT_MS: '300' } });

const status = (code: number, more: object = {}): FakeAnswer => ({ fault: { kind: 'status', status: code, ...more } });

describe('a model that fails', () => {
  const cases: [string, FakeAnswer, string][] = [
    ['refuses the request', status(400), 'model_rejected'],
    ['refuses the key', status(401), 'model_auth'],
    ['wants a longer wait than we grant', status(429, { retry_after: 3600 }), 'rate_limited'],
    [
      'says its balance is used up',
      status(429, { body: { error: { code: 'insufficient_quota', message: 'x' } } }),
      'rate_limited',
    ],
  ];
  it.each(cases)('ends the run as failed when it %s', async (_what, answer, code) => {
    const thread = await skein.createThread();
    const stream = await skein.stream({ thread_id: thread.thread_id, input: asks(answer) });
    const events = await stream.finished();
    expect(events.slice(-2).map(({ event }) => event)).toEqual(['error', 'done']);
    expect(stream.all('error')).toMatchObject([{ code }]);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('done');
    expect(await skein.getRun(runId)).toMatchObject({ status: 'failed', last_error: { code } });
    expect((await skein.thread(thread.thread_id)).status).toBe('error');

    const next = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['well again'] }) });
    expect(next).toMatchObject({ status: 'completed', messages: [{ content: 'well again' }] });
    expect((await skein.thread(thread.thread_id)).status).toBe('idle');
  });

  it('is asked again, which the stream shows, and the half answer is not stored', async () => {
    const thread = await skein.createThread();
    const broken: FakeAnswer = { chunks: ['half ', 'way'], fault: { kind: 'end', after: 1 } };
    const text = asks({ steps: [[broken, { chunks: ['whole'] }]] });
    const stream = await skein.stream({ thread_id: thread.thread_id, input: text });
    const events = await stream.finished();
    expect(stream.all('retrying')).toMatchObject([{ reason: 'model_stream_incomplete', attempt: 2 }]);
    const ids = [...new Set(stream.all('text').map(({ message_id }) => message_id))];
    expect(ids).toHaveLength(2);
    const stored = await skein.messages(thread.thread_id);
    expect(stored.slice(1)).toMatchObject([{ id: ids[1], content: 'whole' }]);
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'completed' } });
    const run = await skein.models.checkpoints.findOne({ thread_id: thread.thread_id, source: 'model' }).lean();
    expect(run?.metadata.model_attempts).toBe(2);
  });

  it('that never says anything is given up after the time-out', async () => {
    const thread = await skein.createThread();
    const run = await skein.run({
      thread_id: thread.thread_id,
      input: asks({ steps: [[{ fault: { kind: 'hang' } }, status(400)]] }),
    });
    expect(run).toMatchObject({ status: 'failed', last_error: { code: 'model_rejected' } });
  });
});

describe('a conversation that was broken off', () => {
  it('is healed for the model when a run was cancelled between a tool call and its result', async () => {
    const { assistant_id } = await skein.createAssistant({
      tools: [{ type: 'function', function: { name: 'weather' } }],
    });
    const thread = await skein.createThread(assistant_id);
    const run = await skein.run({
      thread_id: thread.thread_id,
      input: asks({ tool_calls: [{ id: 'w', name: 'weather', arguments: {} }] }),
    });
    expect(run.status).toBe('requires_action');
    expect(await skein.cancel(run.run_id)).toMatchObject({ status: 'cancelled', required_action: null });

    const text = asks({ chunks: ['never mind'] });
    const next = await skein.run({ thread_id: thread.thread_id, input: text });
    expect(next.status).toBe('completed');
    const asked = skein.model.requests.find((request) => request.user_text === text);
    expect(asked?.body.messages.map(({ role, tool_call_id }) => [role, tool_call_id])).toEqual([
      ['user', undefined],
      ['assistant', undefined],
      ['tool', 'w'],
      ['user', undefined],
    ]);
    expect((await skein.messages(thread.thread_id)).map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'user',
      'assistant',
    ]);
  });
});
