import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { laneSchema } from '../domain/run.ts';
import { DOCUMENT_QUEUE } from './document-queue.ts';
import { queueName } from './run-job.ts';
import { WEBHOOK_QUEUE } from './webhook-queue.ts';

/** The queues as Bull Board shows them, to look at only. */
export interface BoardQueues {
  readonly adapters: readonly BullMQAdapter[];
  close(): Promise<void>;
}

/** @param redis a connection of role `command` that is ready: a queue that is made while Redis is away waits for it without limit. */
export function openBoardQueues(redis: Redis, prefix: string, onError: (error: Error) => void): BoardQueues {
  const names = [...laneSchema.options.map(queueName), WEBHOOK_QUEUE, DOCUMENT_QUEUE];
  const queues = names.map(
    (name) => new Queue(name, { connection: redis, prefix, skipVersionCheck: true, skipMetasUpdate: true }),
  );
  for (const queue of queues) queue.on('error', onError);
  return {
    adapters: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    async close() {
      await Promise.all(queues.map((queue) => queue.close()));
    },
  };
}
