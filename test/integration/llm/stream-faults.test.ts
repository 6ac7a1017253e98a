import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { FakeAnswer } from '../../support/fake-model/fake-answer.ts';
import { openLlm, openModel } from './setup.ts';

const status = (code: number, more: object = {}): FakeAnswer => ({ fault: { kind: 'status', status: code, ...more } });
const partial = ['a', 'b', 'c'];
const request = { model: 'm', messages: [{ role: 'user', content: 'x' }] } as const;

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

describe('a refused request', () => {
  it.each([
    [429, 'rate_limited', true],
    [500, 'model_unavailable', true],
    [503, 'model_unavailable', true],
    [409, 'model_unavailable', true],
    [408, 'model_timeout', true],
    [400, 'model_rejected', false],
    [404, 'model_rejected', false],
    [302, 'model_rejected', false],
    [401, 'model_auth', false],
    [403, 'model_auth', false],
  ])('with status %i is %s, retryable: %s', async (code, expected, retryable) => {
    const { ask, model } = await openModel(status(code));
    await expect(ask()).rejects.toMatchObject({ code: expected, retryable, status: code, retryAfterMs: null });
    expect(model.requests).toHaveLength(1);
  });

  it.each(['1', '7200'])('carries Retry-After: %s and comes back at once', async (seconds) => {
    const { ask } = await openModel(status(429, { retry_after: seconds }));
    await expect(ask()).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: Number(seconds) * 1000 });
  });

  it('carries Retry-After as a date', async () => {
    const { ask } = await openModel(status(429, { retry_after: { date_in_s: 30 } }));
    const error = await ask().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
    const { retryAfterMs } = error as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(20_000);
    expect(retryAfterMs).toBeLessThanOrEqual(30_000);
  });

  it('is not worth a retry when the balance is used up', async () => {
    const body = { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } };
    const { ask } = await openModel(status(429, { body }));
    await expect(ask()).rejects.toMatchObject({ code: 'rate_limited', retryable: false });
  });

  it('tells what the provider said, but never what it said about the key', async () => {
    const rejected = await openModel(status(400, { body: { error: { message: 'context too long' } } }));
    await expect(rejected.ask()).rejects.toThrow(/context too long/);
    const refused = await openModel(status(401, { body: { error: { message: 'bad key sk-abc' } } }));
    await expect(refused.ask()).rejects.not.toThrow(/sk-abc/);
  });

  it('is read no further than its beginning when the body never ends', async () => {
    const server = createHttpServer((_, response) => {
      response.writeHead(500);
      const more = () => response.write('x'.repeat(16_384), more);
      more();
    });
    const llm = openLlm(`http://127.0.0.1:${await listen(server)}/v1`);
    const failure = llm.stream(request, { onText: () => undefined }, new AbortController().signal);
    await expect(failure).rejects.toMatchObject({ code: 'model_unavailable', status: 500 });
    // Closes only when the last connection is gone.
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('an answer that breaks off', () => {
  it.each([
    ['the socket is destroyed', { kind: 'destroy', after: 2 }, 'model_stream_incomplete', ['a', 'b']],
    ['the stream ends without a finish reason', { kind: 'end', after: 2 }, 'model_stream_incomplete', ['a', 'b']],
    ['[DONE] comes without a finish reason', { kind: 'done', after: 3 }, 'model_stream_incomplete', partial],
    ['the stream ends before anything came', { kind: 'end', after: 0 }, 'model_stream_incomplete', []],
    ['a chunk is not JSON', { kind: 'invalid_chunk', after: 1 }, 'model_stream_invalid', ['a']],
    ['an error event comes', { kind: 'error_event', after: 1 }, 'model_stream_invalid', ['a']],
  ] as const)('because %s is retryable and not an answer', async (_, fault, code, seen) => {
    const { ask, deltas } = await openModel({ chunks: partial, fault });
    await expect(ask()).rejects.toMatchObject({ code, retryable: true });
    expect(deltas).toEqual(seen);
  });

  it('is not retryable when it is too large, and the socket is closed', async () => {
    const { ask, deltas, model } = await openModel({ fault: { kind: 'huge', bytes: 5 * 1024 * 1024 } });
    await expect(ask()).rejects.toMatchObject({ code: 'model_answer_too_large', retryable: false });
    expect(deltas.join('').length).toBeLessThanOrEqual(1024 * 1024);
    await expect.poll(() => model.requests[0]?.closed_early).toBe(true);
  });

  it('is too large as one JSON document too', async () => {
    const { ask } = await openModel({ json: true, fault: { kind: 'huge', bytes: 300_000 } }, { maxAnswerBytes: 1_000 });
    await expect(ask()).rejects.toMatchObject({ code: 'model_answer_too_large' });
  });
});

describe('an answer that is complete', () => {
  it.each(['hang', 'destroy'] as const)(
    'counts although the connection does this after the finish reason: %s',
    async (then) => {
      const answer = { chunks: partial, fault: { kind: 'after_finish', then } } as const;
      const { ask, model } = await openModel(answer, { idleTimeoutMs: 200 });
      expect(await ask()).toMatchObject({ text: 'abc', finish_reason: 'stop', usage: null });
      await expect.poll(() => model.requests[0]?.ended_at).not.toBeNull();
    },
  );
});

describe('a silent model', () => {
  it('that sends no headers is given up after the headers time-out', async () => {
    const { ask, model } = await openModel({ fault: { kind: 'hang' } }, { headersTimeoutMs: 150 });
    const startedAt = performance.now();
    await expect(ask()).rejects.toMatchObject({ code: 'model_timeout', retryable: true });
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(145);
    await expect.poll(() => model.requests[0]?.closed_early).toBe(true);
  });

  it.each([
    ['nothing comes', {}],
    ['only comments come', { keep_alive: 'comments' }],
    ['only chunks without content come', { keep_alive: 'empty_chunks' }],
  ] as const)('in the middle of an answer is given up when %s', async (_, stall) => {
    const fault = { kind: 'stall', after: 2, ...stall } as const;
    const { ask, deltas, model } = await openModel({ chunks: partial, fault }, { idleTimeoutMs: 150 });
    await expect(ask()).rejects.toMatchObject({ code: 'model_timeout', retryable: true });
    expect(deltas).toEqual(['a', 'b']);
    await expect.poll(() => model.requests[0]?.closed_early).toBe(true);
  });

  it('is waited for as long as content comes, however long the whole takes', async () => {
    const { ask } = await openModel({ tokens: 12, delay_ms: 50 }, { idleTimeoutMs: 400, headersTimeoutMs: 400 });
    const startedAt = performance.now();
    expect((await ask()).usage?.completion_tokens).toBe(12);
    expect(performance.now() - startedAt).toBeGreaterThan(400);
  });
});

describe('no model', () => {
  it('at the address is model_unavailable, and no address is told', async () => {
    const closed = createTcpServer();
    const port = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
    const llm = openLlm(`http://127.0.0.1:${port}/v1`);
    const call = llm.stream(request, { onText: () => undefined }, new AbortController().signal);
    const error = await call.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'model_unavailable', retryable: true, status: null });
    expect(String(error)).toContain('ECONNREFUSED');
    expect(String(error)).not.toContain('127.0.0.1');
  });
});
