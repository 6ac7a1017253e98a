/** Every Redis key and channel, in one place. `{…}` keeps the keys of one run on one cluster slot. */
export interface RedisKeys {
  /** Stream with a run's events; also the name of its pub/sub channel. */
  runEvents(runId: string): string;
  /** Channel on which a worker hears of cancellations of its runs: the payload is the run id. */
  workerCancel(workerId: string): string;
  /** BullMQ's own prefix. */
  readonly queuePrefix: string;
}

export const createRedisKeys = (prefix: string): RedisKeys => ({
  runEvents: (runId) => `${prefix}:run:{${runId}}:events`,
  workerCancel: (workerId) => `${prefix}:worker:${workerId}:cancel`,
  queuePrefix: `${prefix}:queue`,
});
