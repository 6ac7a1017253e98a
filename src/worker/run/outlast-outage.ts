import { setTimeout as sleep } from 'node:timers/promises';
import { causesOf, isDatabaseAway } from '../../shared/errors/database-away.ts';

const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2000;

/** Does the failure lie in a database that is away, and not in the run? */
export const isOutage = (error: unknown): boolean => causesOf(error).some(isDatabaseAway);

/**
 * Repeats `work` while the database is away: an answer of the model is too dear to be dropped for a connection that broke. It ends when the run is taken from this worker,
 * which the heartbeat decides about ten seconds into an outage.
 * @param work may have taken effect although it failed, so it must be safe to repeat (a commit finds its own step there and adopts it)
 * @throws the signal's reason when aborted; any other error of `work`
 */
export async function outlastOutage<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
