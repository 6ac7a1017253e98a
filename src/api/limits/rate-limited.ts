import { AppError } from '../../shared/errors/app-error.ts';
import type { Use } from './use-counter.ts';

/** What a limit of a rate is about, as its refusal tells it. */
export interface RateLimitTerms {
  readonly scope: 'key' | 'project' | 'address';
  /** In one window. */
  readonly max: number;
  readonly windowMs: number;
}

const SENTENCES = {
  key: 'This key has sent as many requests as it may',
  project: 'The keys of this project have sent as many requests as they may together',
  address: 'Too many keys from this address were wrong, or too many sign-ins came from it',
} as const;

/** 429 with what limit it was and when it ends. */
export function rateLimited({ scope, max, windowMs }: RateLimitTerms, { resetMs }: Use): AppError {
  const seconds = Math.max(1, Math.ceil(resetMs / 1000));
  return new AppError('rate_limited', {
    detail: `${SENTENCES[scope]}: ${max} in ${windowMs / 1000} seconds. Try again in ${seconds}.`,
    extra: { limit: { scope, max, window_ms: windowMs } },
    retryAfter: seconds,
  });
}
