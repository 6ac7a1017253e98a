import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Asks until the answer is neither undefined, null nor false, and returns it. An error thrown by `check` counts as "not yet" and is the cause of the time-out.
 * @param options.what what is waited for, for the message
 * @throws when `timeoutMs` (default 5 s) is over
 */
export async function waitFor<T>(
  check: () => T | Promise<T>,
  options: { readonly what: string; readonly timeoutMs?: number },
): Promise<Exclude<Awaited<T>, false | null | undefined>> {
  const { what, timeoutMs = 5000 } = options;
  const giveUpAt = Date.now() + timeoutMs;
  let last: unknown;
  while (true) {
    try {
      const value = await check();
      if (isThere(value)) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= giveUpAt) throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: last });
    await delay(POLL_MS);
  }
}

const isThere = <T>(value: T): value is Exclude<T, false | null | undefined> =>
  value !== undefined && value !== null && value !== false;
