import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../../support/fake-model/fake-answer.ts';
import { openModel } from './setup.ts';

describe('an aborted call', () => {
  it.each<[string, FakeAnswer]>([
    ['before the headers', { fault: { kind: 'hang' } }],
    ['in a silent answer', { chunks: ['a'], fault: { kind: 'stall', after: 1 } }],
    ['in an answer of comments', { chunks: ['a'], fault: { kind: 'stall', after: 1, keep_alive: 'comments' } }],
    ['in a busy answer', { tokens: 100_000, delay_ms: 1 }],
  ])('%s rejects at once and the model sees its socket close', async (_, answer) => {
    const { ask, controller, model } = await openModel(answer);
    const call = ask();
    await expect.poll(() => model.requests.length).toBe(1);
    const abortedAt = performance.now();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted', retryable: false });
    expect(performance.now() - abortedAt).toBeLessThan(500);
    await expect.poll(() => model.requests[0]?.closed_early).toBe(true);
  });

  it('passes no text on after the abort', async () => {
    const { llm, controller } = await openModel({ tokens: 1_000 });
    const seen: string[] = [];
    const onText = (delta: string) => {
      seen.push(delta);
      if (seen.length === 3) controller.abort();
    };
    const request = { model: 'm', messages: [{ role: 'user', content: 'x' }] } as const;
    await expect(llm.stream(request, { onText }, controller.signal)).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual(['w0 ', 'w1 ', 'w2 ']);
  });

  it('makes no request when the signal was aborted before', async () => {
    const { ask, controller, model } = await openModel({ chunks: ['a'] });
    controller.abort();
    await expect(ask()).rejects.toMatchObject({ code: 'aborted' });
    expect(model.requests).toHaveLength(0);
  });

  it('rejects when the client is closed', async () => {
    const { ask, llm, model } = await openModel({ fault: { kind: 'hang' } });
    const call = ask();
    await expect.poll(() => model.requests.length).toBe(1);
    const rejection = expect(call).rejects.toMatchObject({ code: 'aborted' });
    await llm.close();
    await rejection;
  });

  it.each<[string, FakeAnswer]>([
    ['completed', { chunks: ['a'] }],
    ['failed before the answer', { fault: { kind: 'status', status: 500 } }],
    ['failed in the answer', { chunks: ['a'], fault: { kind: 'destroy', after: 1 } }],
  ])('leaves no listener on the signal after it %s', async (_, answer) => {
    const { ask, controller } = await openModel(answer);
    await ask().catch(() => undefined);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});
