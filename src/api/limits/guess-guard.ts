import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { clientAddress } from './client-address.ts';
import { rateLimited } from './rate-limited.ts';
import type { UseCounter } from './use-counter.ts';

/** Keeps keys, and the admin key above all, from being guessed at speed: so many wrong ones and sign-ins per client address and window. */
export interface GuessGuard {
  /**
   * Looks a key up. When the address has used its guesses up, only keys that were good from this very address before are looked at: who shares an address with somebody who guesses, or with a program
   * whose key was revoked, goes on, and the one who guesses learns nothing.
   * @throws AppError rate_limited
   */
  tryKey<T>(req: Request, key: string, lookUp: () => Promise<T | null>): Promise<T | null>;
  /** Counts a sign-in, good or not: each makes a session. @throws AppError rate_limited */
  countSignIn(req: Request): void;
}

/** Above it those that were good first are forgotten. */
const MAX_REMEMBERED = 10_000;

/** @param max in one window of the counter; 0 is no limit */
export function createGuessGuard(deps: {
  readonly counter: UseCounter;
  readonly max: number;
  readonly windowMs: number;
}): GuessGuard {
  const { counter, windowMs } = deps;
  const max = deps.max === 0 ? Number.POSITIVE_INFINITY : deps.max;
  const good = new Set<string>();
  const limit = { scope: 'address', max, windowMs } as const;

  /** Keys that are being looked up, by address: they may all be wrong. */
  const asked = new Map<string, Set<string>>();

  function checkGuesses(address: string, known: string): void {
    const guesses = counter.look(address, max);
    if (!guesses.allowed) throw rateLimited(limit, guesses);
    const others = asked.get(address) ?? new Set();
    // What they are is known in a moment.
    if (!others.has(known) && others.size >= guesses.left) throw rateLimited(limit, { ...guesses, resetMs: 0 });
    asked.set(address, others.add(known));
  }

  function forget(address: string, known: string): void {
    const others = asked.get(address);
    others?.delete(known);
    if (others?.size === 0) asked.delete(address);
  }

  return {
    async tryKey(req, key, lookUp) {
      const address = clientAddress(req);
      const known = createHash('sha256').update(`${address} ${key}`).digest('base64url');
      if (!good.has(known)) checkGuesses(address, known);
      try {
        const found = await lookUp();
        if (found === null) {
          good.delete(known);
          counter.take(address, max);
        } else if (!good.has(known)) {
          good.add(known);
          if (good.size > MAX_REMEMBERED) good.delete(good.values().next().value ?? '');
        }
        return found;
      } finally {
        forget(address, known);
      }
    },
    countSignIn(req) {
      const use = counter.take(clientAddress(req), max);
      if (!use.allowed) throw rateLimited(limit, use);
    },
  };
}
