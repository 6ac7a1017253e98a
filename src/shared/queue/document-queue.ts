import type { Redis } from 'ioredis';
import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';
import { type BellConsumerOptions, createBellConsumer, createBellQueue } from './bell-queue.ts';

/** As for runs the payload is ids: what is to be done stands in MongoDB. */
const documentJobSchema = z.strictObject({ document_id: uuidSchema, bell: z.int().min(1) });
export type DocumentJob = z.infer<typeof documentJobSchema>;

export const DOCUMENT_QUEUE = 'documents';
const jobId = (job: DocumentJob): string => `document-${job.document_id}-${job.bell}`;

export interface DocumentQueue {
  /** Safe to repeat. @throws when Redis does not answer; the sweeper rings again */
  ring(job: DocumentJob): Promise<void>;
  /** Does the job wait? false: it is taken, done or lost. */
  isWaiting(job: DocumentJob): Promise<boolean>;
  close(): Promise<void>;
}

/** The bell of documents that are to be read; a queue of its own, so that no run waits behind them. @param redis a connection of role `command` */
export function createDocumentQueue(redis: Redis, prefix: string, onError: (error: Error) => void): DocumentQueue {
  const queue = createBellQueue<DocumentJob>(DOCUMENT_QUEUE, redis, prefix, onError);
  return {
    async ring(job) {
      await queue.open().add('read', job, { jobId: jobId(job) });
    },
    async isWaiting(job) {
      const state = await queue.open().getJobState(jobId(job));
      return state === 'waiting' || state === 'prioritized';
    },
    close: () => queue.close(),
  };
}

/** Hands documents that are to be read to `handle`. */
export const createDocumentConsumer = (options: Omit<BellConsumerOptions<DocumentJob>, 'name' | 'parse'>) =>
  createBellConsumer({ ...options, name: DOCUMENT_QUEUE, parse: (data) => documentJobSchema.parse(data) });
