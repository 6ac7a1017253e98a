import DataLoader from 'dataloader';

/** Two in flight keep the database busy while the next batch gathers; a lone call never waits. */
const IN_FLIGHT = 2;
const MAX_BATCH = 100;
/** A batch without an answer for this long holds up nobody any more: behind one that waits for its time-out, a request would wait twice as long as it may. */
const HOLD_MS = 100;

/**
 * Single calls, sent together when many come at once: what is asked for while `IN_FLIGHT` batches are under way goes with the next one. A batch is sent after everything in it was asked
 * for, so each call sees what was written before it, as if it had been sent alone.
 * @param send answers in the order of `keys`, an `Error` for a call that failed alone; when it rejects, all of the batch do
 */
export function batchCalls<K, V>(
  send: (keys: readonly K[]) => Promise<readonly (V | Error)[]>,
): (key: K) => Promise<V> {
  let inFlight = 0;
  const waiting: (() => void)[] = [];
  const start = (dispatch: () => void): void => {
    inFlight += 1;
    process.nextTick(dispatch);
  };
  const leave = (): void => {
    inFlight -= 1;
    const next = waiting.shift();
    if (next) start(next);
  };
  const loader = new DataLoader<K, V>(
    async (keys) => {
      let left = false;
      const leaveOnce = (): void => {
        if (!left) leave();
        left = true;
      };
      const timer = setTimeout(leaveOnce, HOLD_MS);
      try {
        return await send(keys);
      } finally {
        clearTimeout(timer);
        leaveOnce();
      }
    },
    {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) => (inFlight < IN_FLIGHT ? start(dispatch) : waiting.push(dispatch)),
    },
  );
  return (key) => loader.load(key);
}
