import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';

const NAME = 'schedules';
const jobSchema = z.strictObject({ schedule_id: uuidSchema });

/** Rings when a schedule fires. It only says "look now": what is due stands in MongoDB, so a clock that is lost, late or wrong loses nothing. */
export interface ScheduleClock {
  /** Safe to repeat. @throws when Redis does not answer */
  set(scheduleId: string, cron: string, timeZone: string): Promise<void>;
  /** Safe to repeat. @throws when Redis does not answer */
  remove(scheduleId: string): Promise<void>;
  close(): Promise<void>;
}

/** BullMQ's job schedulers. @param redis a connection of role `command` */
export function createScheduleClock(redis: Redis, prefix: string, onError: (error: Error) => void): ScheduleClock {
  let queue: Queue | undefined;
  // Opened when Redis answers: a queue that was made while it was away waits for its connection without limit.
  function open(): Queue {
    if (redis.status !== 'ready') throw new Error('Redis is not connected');
    if (queue) return queue;
    queue = new Queue(NAME, { connection: redis, prefix, skipVersionCheck: true, skipMetasUpdate: true });
    queue.on('error', onError);
    return queue;
  }
  return {
    async set(scheduleId, cron, timeZone) {
      await open().upsertJobScheduler(
        scheduleId,
        { pattern: cron, tz: timeZone },
        {
          name: 'fire',
          data: { schedule_id: scheduleId },
          opts: { attempts: 1, removeOnComplete: true, removeOnFail: true },
        },
      );
    },
    async remove(scheduleId) {
      await open().removeJobScheduler(scheduleId);
    },
    async close() {
      await queue?.close();
    },
  };
}

const AT_A_TIME = 10;

/** Hands what rings to `handle`, which must be safe to repeat. `close` waits for what is under way. @param deps.redis role `worker` */
export function createScheduleConsumer({
  redis,
  prefix,
  handle,
  onError,
}: {
  readonly redis: Redis;
  readonly prefix: string;
  readonly handle: (scheduleId: string) => Promise<void>;
  readonly onError: (error: Error) => void;
}): { close(): Promise<void> } {
  const worker = new Worker(NAME, async (job) => handle(jobSchema.parse(job.data).schedule_id), {
    connection: redis,
    prefix,
    concurrency: AT_A_TIME,
    lockDuration: 60_000,
    stalledInterval: 30_000,
    maxStalledCount: 0,
    runRetryDelay: 1000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return { close: () => worker.close() };
}
