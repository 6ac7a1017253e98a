/** The defaults of the server: figures for the documentation are measured with these. */
export const DEFAULT_TIMINGS = {
  HEARTBEAT_MS: '5000',
  WORKER_LOST_MS: '15000',
  SWEEP_MS: '5000',
  STREAM_HEARTBEAT_MS: '5000',
  DRAIN_MS: '25000',
} as const;

/** The same machinery with its clocks ten times as fast, so that a take-over fits into a test. */
export const SHORT_TIMINGS = {
  HEARTBEAT_MS: '500',
  WORKER_LOST_MS: '2000',
  SWEEP_MS: '500',
  STREAM_HEARTBEAT_MS: '500',
  DRAIN_MS: '1000',
} as const;

export type Timings = Readonly<Record<keyof typeof DEFAULT_TIMINGS, string>>;
