/**
 * Fires a schedule. The run comes first, under a key made of the schedule and the time; then the schedule goes on to its next time. A crash in between starts the same run again, which finds the first
 * one; so do two workers that heard the same bell. What only the database can be blamed for is thrown, and tried again by the sweep; any other refusal is noted on the schedule, which goes on.
 */
import { AppError } from '../../shared/errors/app-error.ts';
import { ERROR_CATALOGUE } from '../../shared/errors/error-catalogue.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { ScheduleDocument } from '../../shared/mongo/schedule-models.ts';
import type { Fired, ScheduleRepository } from '../../shared/mongo/schedule-repository.ts';
import type { StartRunDeps } from '../../shared/runs/start-run.ts';
import { createFireTimes } from '../../shared/schedules/fire-times.ts';
import { startScheduledRun } from '../../shared/schedules/start-scheduled-run.ts';
import { decideFire } from './decide-fire.ts';

/** Clocks of two machines differ a little: what rings early is due. */
const EARLY_MS = 2000;

export function createFireSchedule(deps: {
  schedules: Pick<ScheduleRepository, 'enabled' | 'advance'>;
  startRun: StartRunDeps;
  logger: Logger;
}): (scheduleId: string) => Promise<void> {
  const { schedules, logger } = deps;

  async function start(schedule: ScheduleDocument, at: Date): Promise<Pick<Fired, 'runId' | 'error'>> {
    const key = `schedule ${schedule._id} ${at.toISOString()}`;
    try {
      const { run } = await startScheduledRun(deps.startRun, schedule, key);
      return { runId: run.run_id, error: null };
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      // Its input was changed after a crash: the run is there, with what it was then.
      const first =
        error.code === 'idempotency_key_reused' &&
        (await deps.startRun.runs.byIdempotencyKey(schedule.project_id, key));
      if (first) return { runId: first._id, error: null };
      const message = error.details.detail ?? ERROR_CATALOGUE[error.code].title;
      logger.warn({ schedule_id: schedule._id, code: error.code }, 'a schedule could not start its run');
      return { runId: null, error: { code: error.code, message } };
    }
  }

  return async (scheduleId) => {
    const schedule = await schedules.enabled(scheduleId);
    const due = schedule?.next_at;
    const now = new Date();
    if (!schedule || !due || due.getTime() > now.getTime() + EARLY_MS) return;
    const times = createFireTimes(schedule.cron, schedule.time_zone);
    const { fire, next } = decideFire(times, due, now, schedule.missed);
    const started = fire ? await start(schedule, fire) : { runId: null, error: null };
    if (!fire) logger.info({ schedule_id: scheduleId, due }, 'a schedule missed its time');
    await schedules.advance(schedule, { next, at: fire, ...started });
  };
}
