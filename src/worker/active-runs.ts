import type { AbortReason } from './run/abort-reason.ts';

/** The runs this worker executes right now. */
export interface ActiveRuns {
  readonly size: number;
  /** Executes `work` as the run's only execution in this process and gives it the run's abort signal. */
  track(runId: string, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Stops a run; false when it is not here. */
  abort(runId: string, reason: AbortReason): boolean;
  /** False when there was none to stop. */
  abortAll(reason: AbortReason): boolean;
  has(runId: string): boolean;
  /** Settles when no run is left. */
  idle(): Promise<void>;
}

export function createActiveRuns(): ActiveRuns {
  const running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  return {
    get size() {
      return running.size;
    },
    async track(runId, work) {
      const controller = new AbortController();
      const done = work(controller.signal).finally(() => {
        if (running.get(runId)?.controller === controller) running.delete(runId);
      });
      running.set(runId, { controller, done });
      await done;
    },
    abort(runId, reason) {
      const run = running.get(runId);
      run?.controller.abort(reason);
      return run !== undefined;
    },
    abortAll(reason) {
      const going = [...running.values()].filter(({ controller }) => !controller.signal.aborted);
      for (const { controller } of going) controller.abort(reason);
      return going.length > 0;
    },
    has: (runId) => running.has(runId),
    async idle() {
      while (running.size > 0) await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}
