import type { Redis } from 'ioredis';
import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';
import { BELL_OPTIONS, type BellConsumerOptions, createBellConsumer, createBellQueue } from './bell-queue.ts';

const NAME = 'schedules';
const AT_A_TIME = 10;
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
  const queue = createBellQueue(NAME, redis, prefix, onError);
  return {
    async set(scheduleId, cron, timeZone) {
      const template = { name: 'fire', data: { schedule_id: scheduleId }, opts: BELL_OPTIONS };
      await queue.open().upsertJobScheduler(scheduleId, { pattern: cron, tz: timeZone }, template);
    },
    async remove(scheduleId) {
      await queue.open().removeJobScheduler(scheduleId);
    },
    close: () => queue.close(),
  };
}

/** Hands the ids of schedules that fire to `handle`. */
export const createScheduleConsumer = (
  options: Omit<BellConsumerOptions<string>, 'name' | 'parse' | 'slots'>,
): { close(): Promise<void> } =>
  createBellConsumer({ ...options, name: NAME, slots: AT_A_TIME, parse: (data) => jobSchema.parse(data).schedule_id });
