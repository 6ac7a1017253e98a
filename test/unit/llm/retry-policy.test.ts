import { describe, expect, it } from 'vitest';
import { LlmError } from '../../../src/shared/llm/llm-error.ts';
import { decideRetry } from '../../../src/shared/llm/retry-policy.ts';

const unavailable = new LlmError('model_unavailable', 'down', { status: 503 });
const limited = (retryAfterMs: number | null) => new LlmError('rate_limited', 'slow down', { retryAfterMs });
const most = () => 0.999_999;
const least = () => 0;

describe('decideRetry', () => {
  it('retries three times and gives up with the error after the fourth attempt', () => {
    const kinds = [1, 2, 3, 4].map((attempt) => decideRetry(unavailable, attempt, least).kind);
    expect(kinds).toEqual(['retry', 'retry', 'retry', 'give_up']);
    expect(decideRetry(unavailable, 4, least)).toEqual({ kind: 'give_up', code: 'model_unavailable' });
  });

  it('waits anything from nothing to an exponential ceiling', () => {
    expect(decideRetry(unavailable, 2, least)).toEqual({ kind: 'retry', delayMs: 0, reason: 'model_unavailable' });
    expect([1, 2, 3].map((attempt) => decideRetry(unavailable, attempt, most))).toMatchObject([
      { delayMs: 500 },
      { delayMs: 1_000 },
      { delayMs: 2_000 },
    ]);
  });

  it('waits at least what Retry-After says, and little more', () => {
    expect(decideRetry(limited(7_000), 1, least)).toEqual({ kind: 'retry', delayMs: 7_000, reason: 'rate_limited' });
    expect(decideRetry(limited(7_000), 1, most)).toMatchObject({ delayMs: 7_500 });
    expect(decideRetry(limited(60_000), 1, least)).toMatchObject({ delayMs: 60_000 });
  });

  it('backs off as usual when Retry-After is zero', () => {
    expect(decideRetry(limited(0), 1, most)).toMatchObject({ delayMs: 500 });
  });

  it('gives up with rate_limited when the wait asked for is above a minute', () => {
    expect(decideRetry(limited(60_001), 1, least)).toEqual({ kind: 'give_up', code: 'rate_limited' });
    const busy = new LlmError('model_unavailable', 'maintenance', { status: 503, retryAfterMs: 7_200_000 });
    expect(decideRetry(busy, 1, least)).toEqual({ kind: 'give_up', code: 'rate_limited' });
  });

  it.each(['model_auth', 'model_rejected', 'model_answer_too_large', 'aborted'] as const)(
    'never repeats %s',
    (code) => {
      expect(decideRetry(new LlmError(code, 'no'), 1, least)).toEqual({ kind: 'give_up', code });
    },
  );

  it.each(['model_timeout', 'model_stream_incomplete', 'model_stream_invalid'] as const)('repeats %s', (code) => {
    expect(decideRetry(new LlmError(code, 'again'), 1, least)).toEqual({ kind: 'retry', delayMs: 0, reason: code });
  });

  it('does not repeat an error that says it is not retryable', () => {
    const empty = new LlmError('rate_limited', 'quota', { retryable: false });
    expect(decideRetry(empty, 1, least)).toEqual({ kind: 'give_up', code: 'rate_limited' });
  });
});
