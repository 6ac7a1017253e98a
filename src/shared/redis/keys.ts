/** Every Redis key and channel, in one place. `{…}` keeps the keys of one run on one cluster slot. */
export interface RedisKeys {
  /** Stream with a run's events; also the name of its pub/sub channel. */
  runEvents(runId: string): string;
  /** Channel on which a worker hears of cancellations of its runs: the payload is the run id. */
  workerCancel(workerId: string): string;
  /** Runs of a project that were put on the queue of a lane and not taken yet: a sorted set of run ids. */
  admissionWindow(lane: string, projectId: string): string;
  /** Is there while runs of the project wait for room in that window. */
  admissionBacklog(lane: string, projectId: string): string;
  /** Beginning of the keys that count requests of one kind of sender. */
  uses(scope: string): string;
  /** Written to find out whether anything can be written. */
  readonly readiness: string;
  /** Channel on which every process hears that a project was paused or resumed. */
  readonly pauses: string;
  /** Channel on which workers hear that a batch has something to do. */
  readonly batchNudge: string;
  /** BullMQ's own prefix. */
  readonly queuePrefix: string;
}

export const createRedisKeys = (prefix: string): RedisKeys => ({
  runEvents: (runId) => `${prefix}:run:{${runId}}:events`,
  workerCancel: (workerId) => `${prefix}:worker:${workerId}:cancel`,
  admissionWindow: (lane, projectId) => `${prefix}:admission:{${projectId}}:${lane}`,
  admissionBacklog: (lane, projectId) => `${prefix}:admission:{${projectId}}:${lane}:backlog`,
  uses: (scope) => `${prefix}:uses:${scope}`,
  readiness: `${prefix}:readiness`,
  pauses: `${prefix}:pauses`,
  batchNudge: `${prefix}:batch:nudge`,
  queuePrefix: `${prefix}:queue`,
});
