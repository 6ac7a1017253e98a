import type { Redis } from 'ioredis';
import { RateLimiterRedis, type RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../../shared/logging/create-logger.ts';

/** Where an id stands in its window after a request. */
export interface Use {
  readonly allowed: boolean;
  readonly left: number;
  /** Until the window ends and everything may be used again. */
  readonly resetMs: number;
}

/** Counts what ids use in windows of one length. */
export interface UseCounter {
  /** Counts one use unless `max` are used up. Decides at once, from what this process knows. */
  take(id: string, max: number): Use;
  /** Is nothing left? Counts nothing. */
  look(id: string, max: number): Use;
}

interface Window {
  used: number;
  endsAt: number;
  /** Used here and not told to Redis yet. */
  untold: number;
}

/** Above it the ids that were seen first are forgotten; Redis still knows their use. */
const MAX_IDS = 20_000;
/** How often Redis is told, and asked. */
const TELL_MS = 100;
/** The counter in Redis refuses nothing: what is too much is decided here. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * All processes share the counts through Redis, and no request waits for it: uses are added up and told every 100 ms, one command for each id that was used, and the answer says what the others
 * used. So several processes together let pass at most what they take in 100 ms too much, and while Redis is away or slow each one counts for itself.
 * @param keyPrefix of this kind of id @param windowMs whole seconds
 */
export function createUseCounter(deps: {
  readonly redis: Redis;
  readonly keyPrefix: string;
  readonly windowMs: number;
  readonly logger: Logger;
}): UseCounter {
  const { redis, keyPrefix, windowMs, logger } = deps;
  const shared = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix,
    points: UNLIMITED,
    duration: windowMs / 1000,
    rejectIfRedisNotReady: true,
  });
  const windows = new Map<string, Window>();
  const untold = new Set<string>();
  let telling = false;

  function current(id: string): Window | null {
    const known = windows.get(id);
    return known && known.endsAt > performance.now() ? known : null;
  }

  function begin(id: string): Window {
    const window = fresh();
    windows.delete(id);
    windows.set(id, window);
    if (windows.size > MAX_IDS) windows.delete(windows.keys().next().value ?? '');
    return window;
  }

  const fresh = (): Window => ({ used: 0, endsAt: performance.now() + windowMs, untold: 0 });
  const stateOf = ({ used, endsAt }: Window, max: number): Use => ({
    allowed: used < max,
    left: Math.max(0, max - used),
    resetMs: endsAt - performance.now(),
  });

  async function tell(): Promise<void> {
    const ids = [...untold];
    untold.clear();
    await Promise.all(ids.map(tellOne));
    telling = untold.size > 0;
    if (telling) setTimeout(tell, TELL_MS).unref();
  }

  async function tellOne(id: string): Promise<void> {
    const window = windows.get(id);
    if (!window) return;
    const count = window.untold;
    window.untold = 0;
    try {
      const { consumedPoints, msBeforeNext }: RateLimiterRes = await shared.consume(id, count);
      window.used = consumedPoints + window.untold;
      window.endsAt = performance.now() + msBeforeNext;
    } catch (err) {
      logger.debug({ err }, 'uses are counted in this process only');
    }
  }

  return {
    take(id, max) {
      const window = current(id) ?? begin(id);
      const use = stateOf(window, max);
      if (!use.allowed) return use;
      window.used += 1;
      window.untold += 1;
      untold.add(id);
      if (!telling) {
        telling = true;
        setTimeout(tell, TELL_MS).unref();
      }
      return { ...use, left: use.left - 1 };
    },
    look: (id, max) => stateOf(current(id) ?? fresh(), max),
  };
}
