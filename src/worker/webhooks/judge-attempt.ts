/** How an attempt to deliver went. */
export type AttemptResult =
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'no_answer'; readonly reason: string };

/** What follows from it. `delayMs` null: there is no further attempt. */
export type Verdict =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: string; readonly delayMs: number | null; readonly gone: boolean };

const JITTER = 0.2;
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Any 2xx is a delivery, all else is not: a redirect is not followed, and a 4xx may be a receiver that is just being deployed. 410 says that nobody wants to hear any more. `Retry-After` makes the
 * wait longer, never shorter.
 * @param made attempts so far, this one included @param backoffMs waits between attempts @param random 0 to 1
 */
export function judgeAttempt(
  result: AttemptResult,
  made: number,
  backoffMs: readonly number[],
  random: number,
): Verdict {
  if (result.kind === 'answer' && result.status >= 200 && result.status < 300) return { kind: 'delivered' };
  const gone = result.kind === 'answer' && result.status === 410;
  const error = result.kind === 'answer' ? `The answer was ${result.status}.` : result.reason;
  const wait = backoffMs[made - 1];
  if (gone || wait === undefined) return { kind: 'failed', error, delayMs: null, gone };
  const asked = result.kind === 'answer' ? (result.retryAfterMs ?? 0) : 0;
  const varied = Math.round(wait * (1 - JITTER + 2 * JITTER * random));
  return { kind: 'failed', error, delayMs: Math.max(varied, Math.min(asked, MAX_RETRY_AFTER_MS)), gone };
}
