import type { Redis } from 'ioredis';
import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';
import { type BellConsumerOptions, createBellConsumer, createBellQueue } from './bell-queue.ts';

/** As for runs the payload is ids: what is to be sent stands in MongoDB. */
const deliveryJobSchema = z.strictObject({ delivery_id: uuidSchema, bell: z.int().min(1) });
export type DeliveryJob = z.infer<typeof deliveryJobSchema>;

export const WEBHOOK_QUEUE = 'webhooks';
const jobId = (job: DeliveryJob): string => `delivery-${job.delivery_id}-${job.bell}`;

export interface WebhookQueue {
  /** Safe to repeat. @throws when Redis does not answer; the sweeper rings again for what is due */
  ring(job: DeliveryJob, delayMs: number): Promise<void>;
  /** Does the job wait, now or for its time? false: it is taken, done or lost. */
  isWaiting(job: DeliveryJob): Promise<boolean>;
  close(): Promise<void>;
}

/** The bell of deliveries; a queue of its own, so that no run waits behind them. @param redis a connection of role `command` */
export function createWebhookQueue(redis: Redis, prefix: string, onError: (error: Error) => void): WebhookQueue {
  const queue = createBellQueue<DeliveryJob>(WEBHOOK_QUEUE, redis, prefix, onError);
  return {
    async ring(job, delayMs) {
      await queue.open().add('deliver', job, { jobId: jobId(job), delay: Math.round(delayMs) });
    },
    async isWaiting(job) {
      const state = await queue.open().getJobState(jobId(job));
      return state === 'waiting' || state === 'delayed' || state === 'prioritized';
    },
    close: () => queue.close(),
  };
}

/** Hands due deliveries to `handle`. */
export const createWebhookConsumer = (options: Omit<BellConsumerOptions<DeliveryJob>, 'name' | 'parse'>) =>
  createBellConsumer({ ...options, name: WEBHOOK_QUEUE, parse: (data) => deliveryJobSchema.parse(data) });
