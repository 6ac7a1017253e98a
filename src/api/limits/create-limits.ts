import type { Redis } from 'ioredis';
import type { Config } from '../../shared/config/load-config.ts';
import { createQueueLimit, type QueueLimit } from '../../shared/limits/queue-limit.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { AccessModels } from '../../shared/mongo/access-models.ts';
import { createCountQueuedRuns } from '../../shared/mongo/count-queued-runs.ts';
import type { Models } from '../../shared/mongo/models.ts';
import type { RedisKeys } from '../../shared/redis/keys.ts';
import { createGuessGuard, type GuessGuard } from './guess-guard.ts';
import { createRateLimits, type RateLimits } from './rate-limits.ts';
import { createUseCounter } from './use-counter.ts';

/** Requests per second where keys tell projects apart. Above what one machine does for one project; one that needs more has its own settings. */
const DEFAULT_RATES = { key: 1000, project: 2000 } as const;
const GUESS_WINDOW_MS = 60_000;

/** What is refused at the door, as the settings say. */
export function createLimits(deps: {
  readonly config: Config;
  readonly models: Pick<Models, 'runs'> & Pick<AccessModels, 'projects'>;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly logger: Logger;
}): { readonly rateLimits: RateLimits; readonly guessGuard: GuessGuard; readonly queueLimit: QueueLimit } {
  const { config, models, redis, keys, logger } = deps;
  const windowMs = config.RATE_LIMIT_WINDOW_MS;
  const counter = (scope: string, ms: number) =>
    createUseCounter({ redis, keyPrefix: keys.uses(scope), windowMs: ms, logger });
  const limit = <S extends 'key' | 'project'>(scope: S, perSecond: number | undefined) => {
    // Without keys there is one project, which has nobody to make room for.
    const rate = perSecond ?? (config.AUTH_MODE === 'none' ? 0 : DEFAULT_RATES[scope]);
    if (rate === 0) return null;
    return { scope, counter: counter(scope, windowMs), max: (rate * windowMs) / 1000, windowMs };
  };
  return {
    rateLimits: createRateLimits({
      key: limit('key', config.RATE_LIMIT_PER_KEY),
      project: limit('project', config.RATE_LIMIT_PER_PROJECT),
      operatorIsFree: config.AUTH_MODE === 'api_key',
    }),
    guessGuard: createGuessGuard({
      counter: counter('address', GUESS_WINDOW_MS),
      max: config.KEY_GUESSES_PER_MINUTE,
      windowMs: GUESS_WINDOW_MS,
    }),
    queueLimit: createQueueLimit({ count: createCountQueuedRuns(models), max: config.QUEUED_RUNS_PER_PROJECT }),
  };
}
