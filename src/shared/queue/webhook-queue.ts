import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';

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
  let queue: Queue<DeliveryJob> | undefined;
  // Opened when Redis answers: a queue that was made while it was away waits for its connection without limit.
  function open(): Queue<DeliveryJob> {
    if (redis.status !== 'ready') throw new Error('Redis is not connected');
    if (queue) return queue;
    queue = new Queue<DeliveryJob>(WEBHOOK_QUEUE, {
      connection: redis,
      prefix,
      skipVersionCheck: true,
      skipMetasUpdate: true,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', onError);
    return queue;
  }
  return {
    async ring(job, delayMs) {
      await open().add('deliver', job, { jobId: jobId(job), delay: Math.round(delayMs) });
    },
    async isWaiting(job) {
      const state = await open().getJobState(jobId(job));
      return state === 'waiting' || state === 'delayed' || state === 'prioritized';
    },
    async close() {
      await queue?.close();
    },
  };
}

export interface WebhookConsumerOptions {
  /** Role `worker`. */
  readonly redis: Redis;
  readonly prefix: string;
  /** Deliveries at a time. */
  readonly slots: number;
  /** Must record what came of it in MongoDB; a job that is lost or comes twice is seen to there. */
  readonly handle: (job: DeliveryJob) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/** Hands due deliveries to `handle`. `close` waits for those under way. */
export function createWebhookConsumer({ redis, prefix, slots, handle, onError }: WebhookConsumerOptions): {
  close(): Promise<void>;
} {
  const worker = new Worker<DeliveryJob>(WEBHOOK_QUEUE, async (job) => handle(deliveryJobSchema.parse(job.data)), {
    connection: redis,
    prefix,
    concurrency: slots,
    lockDuration: 60_000,
    stalledInterval: 30_000,
    maxStalledCount: 0,
    runRetryDelay: 1000,
    // The version is looked at, unlike for runs: with it BullMQ knows that it may wait for less than a second for what is due.
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return { close: () => worker.close() };
}
