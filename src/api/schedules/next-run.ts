import type { Schedule } from '../../shared/domain/schedule.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { ScheduleClock } from '../../shared/queue/schedule-clock.ts';
import { checkTimeZone, createFireTimes, type FireTimes } from '../../shared/schedules/fire-times.ts';
import { invalid } from '../validate.ts';

type Timing = Pick<Schedule, 'cron' | 'time_zone'>;

/** @throws AppError validation_failed with the field that is wrong */
export function fireTimesOf({ cron, time_zone: timeZone }: Timing): FireTimes {
  try {
    checkTimeZone(timeZone);
  } catch (error) {
    throw invalid([{ pointer: '/time_zone', code: 'invalid_time_zone', message: (error as Error).message }]);
  }
  try {
    return createFireTimes(cron, timeZone);
  } catch (error) {
    throw invalid([{ pointer: '/cron', code: 'invalid_cron', message: (error as Error).message }]);
  }
}

/** The first time from now on; null while it is paused. @throws as `fireTimesOf`, also when it is paused */
export function nextRun(schedule: Timing & Pick<Schedule, 'enabled'>): Date | null {
  const times = fireTimesOf(schedule);
  return schedule.enabled ? times.after(new Date()) : null;
}

/** Sets the clock as the schedule stands, or stops it. Without Redis it stays as it is; the sweep sets it when the schedule is overdue, and a bell too many does no harm. */
export async function setClock(
  { clock, logger }: { readonly clock: ScheduleClock; readonly logger: Logger },
  { schedule_id: id, cron, time_zone: timeZone, enabled }: Schedule,
): Promise<void> {
  await (enabled ? clock.set(id, cron, timeZone) : clock.remove(id)).catch((err) =>
    logger.warn({ err, schedule_id: id }, 'the clock of a schedule is set by the sweep'),
  );
}
