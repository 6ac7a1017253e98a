import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';

const FIRST_MS = 250;
const LONGEST_MS = 8000;

/** How long to go on without an answer. */
export interface Patience {
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Told once for each time that there is no answer. */
  readonly onTrouble?: (error: CliError) => void;
}

/** May the same request succeed a little later? */
const isPassing = (error: unknown): error is CliError =>
  error instanceof CliError &&
  (error.problem.code === 'unreachable' || [408, 429, 502, 503, 504].includes(error.problem.status ?? 0));

/**
 * Does something that may be repeated until it succeeds: a server that starts again, or is busy, is waited for. `work` calls `progressed` when it got on, and the patience begins anew.
 * @throws CliError when it is refused for good, or there was no answer for `forMs`; the signal's reason
 */
export async function persist<T>(patience: Patience, work: (progressed: () => void) => Promise<T>): Promise<T> {
  let since = Date.now();
  let waitMs = FIRST_MS;
  const progressed = () => {
    since = Date.now();
    waitMs = FIRST_MS;
  };
  while (true) {
    try {
      return await work(progressed);
    } catch (error) {
      patience.signal.throwIfAborted();
      if (!isPassing(error) || Date.now() - since > patience.forMs) throw error;
      patience.onTrouble?.(error);
      await sleep((error.retryAfter ?? 0) * 1000 || waitMs, undefined, { signal: patience.signal });
      waitMs = Math.min(waitMs * 2, LONGEST_MS);
    }
  }
}
