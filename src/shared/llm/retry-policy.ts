import type { LlmError, LlmErrorCode } from './llm-error.ts';

const MAX_ATTEMPTS = 4;
const BASE_DELAY_MS = 500;
const MAX_DELAY_MS = 8_000;
const MAX_RETRY_AFTER_MS = 60_000;

/** What to do after a failed model call. `reason` is the error's code, for the `retrying` event. */
export type RetryDecision =
  | { kind: 'retry'; delayMs: number; reason: string }
  | { kind: 'give_up'; code: LlmErrorCode };

/**
 * Decides whether a failed model call is made again. `attempt` is 1-based and counts the call that just failed; four are
 * made at most. `random` yields numbers in [0, 1).
 *
 * The wait is full jitter over an exponential of 500 ms, 1 s, 2 s … capped at 8 s, so that runs that failed together do
 * not come back together. A `Retry-After` is never undercut: it gets up to 500 ms on top for the same reason. One above
 * 60 s is not waited for: the call gives up with `rate_limited`, whatever the status was, since that is what it means.
 */
export const decideRetry = (error: LlmError, attempt: number, random: () => number): RetryDecision => {
  if (!error.retryable || attempt >= MAX_ATTEMPTS) return { kind: 'give_up', code: error.code };
  if (error.retryAfterMs !== null && error.retryAfterMs > MAX_RETRY_AFTER_MS) {
    return { kind: 'give_up', code: 'rate_limited' };
  }
  if (error.retryAfterMs !== null && error.retryAfterMs > 0) {
    return {
      kind: 'retry',
      delayMs: Math.round(error.retryAfterMs + random() * BASE_DELAY_MS),
      reason: error.code,
    };
  }
  const ceiling = Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (attempt - 1));
  return { kind: 'retry', delayMs: Math.round(random() * ceiling), reason: error.code };
};
