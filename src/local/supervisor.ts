import type { ChildSpec } from './child-spec.ts';
import { createSupervisedChild, type SupervisedChild } from './supervised-child.ts';

/** However little of the deadline is left, a part gets this long to end by itself. */
const LEAST_GRACE_MS = 500;

export interface SupervisorDeps {
  /** Gets every shown line of every part. */
  readonly onLine: (name: string, line: string) => void;
  /** Gets what happens to the parts, for a person. */
  readonly onEvent: (level: 'info' | 'error', name: string, message: string) => void;
  /** Gets the pids of the parts that run, whenever one was started. */
  readonly onPids: (pids: readonly number[]) => void;
}

/** Several processes that live and die as one. */
export interface Supervisor {
  /**
   * Starts one more part and settles when it is ready. Parts may rely on those started before.
   * @throws ChildStartError
   */
  start(spec: ChildSpec, timeoutMs: number): Promise<void>;
  /** Stops the parts, last started first, each after the one before is gone; those still there after `deadlineMs` altogether are killed. */
  stop(deadlineMs: number): Promise<void>;
  /** Kills the parts now. */
  kill(): void;
}

/** Runs the parts of local mode as child processes; see Supervisor. */
export function createSupervisor({ onLine, onEvent, onPids }: SupervisorDeps): Supervisor {
  const children: SupervisedChild[] = [];
  const pids = (): number[] => children.map((child) => child.pid()).filter((pid) => pid !== null);
  let stopped = false;

  return {
    async start(spec, timeoutMs) {
      if (stopped) throw new Error(`${spec.name} was to be started after the stop`);
      const child = createSupervisedChild({
        spec,
        onLine: (line) => onLine(spec.name, line),
        onEvent: (level, message) => onEvent(level, spec.name, message),
        onSpawn: () => onPids(pids()),
      });
      children.push(child);
      await child.start(timeoutMs);
    },
    async stop(deadlineMs) {
      stopped = true;
      const killAt = Date.now() + deadlineMs;
      for (const child of children.toReversed()) {
        const wasUp = child.pid() !== null;
        // Also one that is down: it waits for its next start.
        await child.stop(Math.max(LEAST_GRACE_MS, killAt - Date.now()));
        if (wasUp) onEvent('info', child.name, 'stopped');
      }
    },
    kill() {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
    },
  };
}
