/**
 * One heartbeat for the whole worker. It says "I live", and brings the cancellations that pub/sub did not deliver. A worker that could not say it for a while
 * stops its runs before others may take them (see fence.ts).
 */
import { utimes, writeFile } from 'node:fs/promises';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { RunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import type { WorkerRepository } from '../shared/mongo/worker-repository.ts';
import type { ActiveRuns } from './active-runs.ts';
import type { Fence } from './fence.ts';
import type { Intake } from './intake.ts';

export interface Heartbeat {
  /** Beats now, for news that cannot wait. */
  look(): void;
  stop(): Promise<void>;
}

export interface HeartbeatDeps {
  readonly workerId: string;
  readonly workers: WorkerRepository;
  readonly lifecycle: Pick<RunLifecycle, 'cancelRequested'>;
  readonly active: ActiveRuns;
  readonly slots: { interactive: number; batch: number };
  readonly everyMs: number;
  readonly fence: Fence;
  readonly intake: Pick<Intake, 'drain'>;
  /** Touched at each beat, for container health checks. */
  readonly healthFile: string | undefined;
  readonly logger: Logger;
}

/** Beats once before it returns, so that no run is taken by a worker nobody knows. */
export async function startHeartbeat(deps: HeartbeatDeps): Promise<Heartbeat> {
  const { workerId, workers, lifecycle, active, fence, intake, slots, everyMs, healthFile, logger } = deps;

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    const { draining } = await workers.beat({ _id: workerId, slots, running: active.size });
    fence.renewed(sentAt);
    await intake.drain(draining);
    if (active.size > 0) for (const runId of await lifecycle.cancelRequested(workerId)) active.abort(runId, 'cancel');
    if (healthFile) await touch(healthFile);
  }

  await beat();
  let running = Promise.resolve();
  let busy = false;
  /** What was asked for while a beat was under way may have come too late for it. */
  let again = false;
  function beatOnce(): void {
    fence.check();
    if (busy) return;
    busy = true;
    again = false;
    running = beat()
      .catch((err) => logger.warn({ err }, 'heartbeat failed'))
      .finally(() => {
        busy = false;
        if (again) beatOnce();
      });
  }
  const timer = setInterval(beatOnce, everyMs);
  const watchdog = setInterval(() => fence.check(), Math.min(1000, everyMs));

  return {
    look() {
      again = busy;
      beatOnce();
    },
    async stop() {
      clearInterval(timer);
      clearInterval(watchdog);
      await running;
      await workers.remove(workerId);
    },
  };
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => writeFile(file, ''));
}
