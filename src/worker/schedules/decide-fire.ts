import type { Missed } from '../../shared/domain/schedule.ts';
import type { FireTimes } from '../../shared/schedules/fire-times.ts';

/** What is to be done now for a schedule. `fire` null: nothing is started. */
export interface FireDecision {
  readonly fire: Date | null;
  readonly next: Date;
}

/** A time that is seen to within this long was not missed. */
const ON_TIME_MS = 60_000;

/**
 * Of times that passed, the last one counts. Is it on time, it fires; earlier ones are missed, and have no run of their own under either policy. Is it missed too, `run_once` starts one run for all of
 * them and `skip` none.
 * @param due the first time that was not seen to, at or before `now`
 */
export function decideFire(
  times: Pick<FireTimes, 'latest' | 'after'>,
  due: Date,
  now: Date,
  missed: Missed,
): FireDecision {
  const late = (time: Date): boolean => now.getTime() - time.getTime() > ON_TIME_MS;
  const latest = late(due) ? times.latest(due, now) : due;
  return { fire: !late(latest) || missed === 'run_once' ? latest : null, next: times.after(latest) };
}
