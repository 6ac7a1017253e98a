import type { Redis } from 'ioredis';
import type { Config } from '../../shared/config/load-config.ts';
import { createOnce } from '../../shared/idempotency/once.ts';
import type { Services } from '../../shared/lifecycle/open-services.ts';
import { createQueueLimit } from '../../shared/limits/queue-limit.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { createAssistantRepository } from '../../shared/mongo/assistant-repository.ts';
import { createCountQueuedRuns } from '../../shared/mongo/count-queued-runs.ts';
import { createScheduleConsumer } from '../../shared/queue/schedule-clock.ts';
import { createFireSchedule } from './fire-schedule.ts';

export interface RunningSchedules {
  /** A part of the sweep: what should have fired and did not, because a bell or a worker was lost. */
  readonly sweep: Readonly<Record<'fireSchedules', () => Promise<void>>>;
  stop(): Promise<void>;
}

/** A bell needs a moment to be heard, also on a busy machine. */
const OVERDUE_MS = 3000;

/** The worker's part of schedules: it hears the clock and starts runs. @param deps.redis role `worker` */
export function startSchedules(deps: {
  services: Services;
  redis: Redis;
  config: Config;
  logger: Logger;
}): RunningSchedules {
  const { services, redis, config, logger } = deps;
  const { records: schedules, clock } = services.schedules;
  const fire = createFireSchedule({
    schedules,
    startRun: {
      ...services,
      config,
      assistants: createAssistantRepository(services.models),
      queueLimit: createQueueLimit({
        count: createCountQueuedRuns(services.models),
        max: config.QUEUED_RUNS_PER_PROJECT,
      }),
      once: createOnce(),
    },
    logger,
  });
  const consumer = createScheduleConsumer({
    redis,
    prefix: services.keys.queuePrefix,
    handle: fire,
    onError: (err) => logger.error({ err }, 'schedule consumer'),
  });
  return {
    sweep: {
      async fireSchedules() {
        for (const { _id, cron, time_zone } of await schedules.overdue(OVERDUE_MS)) {
          await fire(_id).catch((err) => logger.warn({ err, schedule_id: _id }, 'a schedule could not fire'));
          // Its clock may be lost with all that Redis held.
          await clock.set(_id, cron, time_zone);
        }
      },
    },
    stop: () => consumer.close(),
  };
}
