import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Lane } from '../domain/run.ts';
import { queueName, type RunJob, runJobId } from './run-job.ts';

export interface RunQueue {
  /**
   * Rings the bell for a dispatched run. Safe to repeat: the job id is the dispatch.
   * @throws when Redis does not answer within the connection's time-out; the job may be there all the same, and the sweeper rings again.
   */
  ring(lane: Lane, job: RunJob): Promise<void>;
  /** Does the job wait to be taken, be the lane paused or not? false: it is taken, done or lost. */
  isWaiting(lane: Lane, job: RunJob): Promise<boolean>;
  /** How many jobs are taken before this one; all that wait, when it does not wait itself. */
  countBefore(lane: Lane, job: RunJob): Promise<number>;
  /** How many jobs wait to be taken. */
  countWaiting(lane: Lane): Promise<number>;
  /** Workers take no job of a paused lane; what they have taken goes on, and jobs may be added. Redis forgets it with all else (see `lane-switch.ts`). */
  setPaused(lane: Lane, paused: boolean): Promise<void>;
  isPaused(lane: Lane): Promise<boolean>;
  close(): Promise<void>;
}

/** @param redis a connection of role `command`, so that a caller never waits for a Redis that is away. */
export function createRunQueue(redis: Redis, prefix: string, onError: (error: Error) => void): RunQueue {
  const open = (lane: Lane) => {
    const queue = new Queue<RunJob>(queueName(lane), {
      connection: redis,
      prefix,
      skipVersionCheck: true,
      skipMetasUpdate: true,
      defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
    });
    queue.on('error', onError);
    return queue;
  };
  // Opened when Redis answers: a queue that was made while it was away waits for its connection without limit.
  const opened = new Map<Lane, Queue<RunJob>>();
  function queueOf(lane: Lane): Queue<RunJob> {
    if (redis.status !== 'ready') throw new Error('Redis is not connected');
    const queue = opened.get(lane) ?? open(lane);
    opened.set(lane, queue);
    return queue;
  }
  return {
    async ring(lane, job) {
      await queueOf(lane).add('run', job, { jobId: runJobId(job) });
    },
    async isWaiting(lane, job) {
      const state = await queueOf(lane).getJobState(runJobId(job));
      return state === 'waiting' || state === 'prioritized' || state === 'delayed';
    },
    async countBefore(lane, job) {
      const list = queueOf(lane).toKey('wait');
      // Jobs are put in at the head and taken from the tail.
      const [place, length] = await Promise.all([redis.lpos(list, runJobId(job), 'RANK', -1), redis.llen(list)]);
      return place === null ? length : Math.max(0, length - 1 - place);
    },
    countWaiting: async (lane) => queueOf(lane).getJobCountByTypes('waiting', 'prioritized', 'delayed'),
    setPaused: async (lane, paused) => (paused ? queueOf(lane).pause() : queueOf(lane).resume()),
    isPaused: async (lane) => queueOf(lane).isPaused(),
    async close() {
      await Promise.all([...opened.values()].map((queue) => queue.close()));
    },
  };
}
