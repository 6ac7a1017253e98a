import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Lane } from '../domain/run.ts';
import { queueName, type RunJob, runJobSchema } from './run-job.ts';

export interface RunConsumer {
  /** Takes no new job any more; those being handled go on. */
  pause(): Promise<void>;
  /** The end of a pause. */
  resume(): Promise<void>;
  /** Ends when the jobs that are being handled are done. */
  close(): Promise<void>;
}

export interface RunConsumerOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly lane: Lane;
  /** Runs at a time. */
  readonly slots: number;
  /** Must record every outcome in MongoDB and return; a throw is a bug and is logged as such. */
  readonly handle: (job: RunJob) => Promise<void>;
  readonly onError: (error: Error) => void;
}

/**
 * Hands the jobs of a lane to `handle`. BullMQ may deliver a job twice (a lock that could not be renewed) and its own recovery of stalled jobs takes
 * about a minute; neither matters, because the claim in MongoDB decides who executes and the sweeper rings again for what was lost. So a stalled job is
 * simply dropped.
 */
export function createRunConsumer({ redis, prefix, lane, slots, handle, onError }: RunConsumerOptions): RunConsumer {
  const worker = new Worker<RunJob>(queueName(lane), async (job) => handle(runJobSchema.parse(job.data)), {
    connection: redis,
    prefix,
    concurrency: slots,
    lockDuration: 60_000,
    stalledInterval: 30_000,
    maxStalledCount: 0,
    // After an error of Redis; the default of 15 s is time that runs wait.
    runRetryDelay: 1000,
    skipVersionCheck: true,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  });
  worker.on('error', onError);
  worker.on('failed', (_job, error) => onError(error));
  return {
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    close: () => worker.close(),
  };
}
