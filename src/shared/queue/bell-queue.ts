import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';

/** A queue whose jobs only say "look now". @param redis a connection of role `command` */
export interface BellQueue<J> {
  /** Opens it when it is first used with Redis there: a queue that was made while it was away waits for its connection without limit. @throws when Redis is not connected */
  open(): Queue<J>;
  close(): Promise<void>;
}

/** A job is made once and forgotten when it is done, however that ended. */
export const BELL_OPTIONS = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;

export function createBellQueue<J>(
  name: string,
  redis: Redis,
  prefix: string,
  onError: (error: Error) => void,
): BellQueue<J> {
  let queue: Queue<J> | undefined;
  return {
    open() {
      if (redis.status !== 'ready') throw new Error('Redis is not connected');
      if (queue) return queue;
      const options = { connection: redis, prefix, skipVersionCheck: true, skipMetasUpdate: true } as const;
      queue = new Queue<J>(name, { ...options, defaultJobOptions: BELL_OPTIONS });
      queue.on('error', onError);
      return queue;
    },
    async close() {
      await queue?.close();
    },
  };
}

export interface BellConsumerOptions<J> {
  readonly name: string;
  /** Role `worker`. */
  readonly redis: Redis;
  readonly prefix: string;
  /** Jobs at a time. */
  readonly slots: number;
  /** Reads the payload again on arrival. @throws when it is none of ours */
  readonly parse: (data: unknown) => J;
  /** Must be safe to repeat, and record in MongoDB what came of it: a job that is lost or comes twice is seen to there. */
  readonly handle: (job: J) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/**
 * Hands what rings to `handle`; a stalled job is dropped, as for runs. BullMQ looks at the version of Redis, unlike for runs: then it knows that it may wait for less than a second for what is due.
 * `close` waits for what is under way.
 */
export function createBellConsumer<J>(options: BellConsumerOptions<J>): { close(): Promise<void> } {
  const { name, redis, prefix, slots, parse, handle, onError } = options;
  const worker = new Worker(name, async (job) => handle(parse(job.data)), {
    connection: redis,
    prefix,
    concurrency: slots,
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
