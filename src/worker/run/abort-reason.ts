/**
 * Why a worker stops executing a run before its end. The reason of the run's AbortSignal is always one of these.
 *
 * - `cancel`: a client asked for it
 * - `deadline`: the run's `max_duration_ms` is over
 * - `stop`: this process is stopping; the run goes on elsewhere
 * - `fenced`: this worker may have lost the run: it could not say that it lives, or a newer attempt writes
 */
export type AbortReason = 'cancel' | 'deadline' | 'stop' | 'fenced';

const reasons: readonly unknown[] = ['cancel', 'deadline', 'stop', 'fenced'] satisfies AbortReason[];

/** The reason of an aborted run signal. */
export function abortReason(signal: AbortSignal): AbortReason | null {
  if (!signal.aborted) return null;
  if (!reasons.includes(signal.reason))
    throw new Error('a run was aborted without one of our reasons', { cause: signal.reason });
  return signal.reason as AbortReason;
}
