import type { Logger } from '../shared/logging/create-logger.ts';
import type { ActiveRuns } from './active-runs.ts';

/**
 * May this worker still take its runs for its own? Others may take them when it was silent for `lostMs`; it stops them after two thirds of that. Silence is measured with a
 * monotonic clock that goes on while the process is frozen (SIGSTOP, a suspended machine), and asked for wherever a run is about to act, so a worker that wakes up
 * late acts no more.
 */
export interface Fence {
  /** The database knows that this worker lived at `sentAt` (`performance.now()`). */
  renewed(sentAt: number): void;
  /** Milliseconds since then. */
  silentMs(): number;
  /** Stops all runs with reason `fenced` when the silence is too long. Costs nothing to speak of. */
  check(): void;
}

export function createFence(deps: {
  readonly lostMs: number;
  readonly active: ActiveRuns;
  readonly logger: Logger;
}): Fence {
  const { active, logger } = deps;
  const fenceMs = (deps.lostMs * 2) / 3;
  let renewedAt = performance.now();
  const silentMs = () => performance.now() - renewedAt;
  return {
    renewed(sentAt) {
      renewedAt = Math.max(renewedAt, sentAt);
    },
    silentMs,
    check() {
      const silence = silentMs();
      if (silence < fenceMs || !active.abortAll('fenced')) return;
      logger.error(
        { silent_ms: Math.round(silence), runs: active.size },
        'could not say that this worker lives; its runs are stopped',
      );
    },
  };
}
