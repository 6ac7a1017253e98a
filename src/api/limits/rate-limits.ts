import type { ServerResponse } from 'node:http';
import type { Principal } from '../middleware/authenticate.ts';
import { type RateLimitTerms, rateLimited } from './rate-limited.ts';
import type { Use, UseCounter } from './use-counter.ts';

/** How many requests a key and a project may send. */
export interface RateLimits {
  /** Counts a request. `RateLimit-Policy` tells the limits, and once half of one is used `RateLimit` what is left (IETF draft). @throws AppError rate_limited */
  admit(caller: Principal, res: ServerResponse): void;
}

interface RateLimit extends RateLimitTerms {
  readonly counter: UseCounter;
}

/**
 * @param key @param project null: no limit of this kind
 * @param operatorIsFree callers without a key hold the admin key: they are counted nowhere, so that they can see to a project that has used everything up
 */
export function createRateLimits(deps: {
  readonly key: RateLimit | null;
  readonly project: RateLimit | null;
  readonly operatorIsFree: boolean;
}): RateLimits {
  const { key, project, operatorIsFree } = deps;
  return {
    admit({ keyId, projectId, requestsPerSecond = null }, res) {
      if (keyId === null && operatorIsFree) return;
      const uses: { limit: RateLimit; use: Use }[] = [];
      if (key && keyId !== null) uses.push({ limit: key, use: key.counter.take(keyId, key.max) });
      const shared = limitOf(project, requestsPerSecond);
      if (shared) uses.push({ limit: shared, use: shared.counter.take(projectId, shared.max) });
      if (uses.length === 0) return;
      res.setHeader('RateLimit-Policy', uses.map(({ limit }) => policyOf(limit)).join(', '));
      if (uses.some(({ limit, use }) => use.left * 2 < limit.max))
        res.setHeader('RateLimit', uses.map(({ limit, use }) => stateOf(limit, use)).join(', '));
      for (const { limit, use } of uses) if (!use.allowed) throw rateLimited(limit, use);
    },
  };
}

/** The limit with the project's own rate, where it has one. */
function limitOf(limit: RateLimit | null, perSecond: number | null): RateLimit | null {
  return limit && perSecond !== null ? { ...limit, max: (perSecond * limit.windowMs) / 1000 } : limit;
}

const policyOf = ({ scope, max, windowMs }: RateLimit): string => `"${scope}";q=${max};w=${windowMs / 1000}`;
const stateOf = ({ scope }: RateLimit, { left, resetMs }: Use): string =>
  `"${scope}";r=${left};t=${Math.max(0, Math.ceil(resetMs / 1000))}`;
