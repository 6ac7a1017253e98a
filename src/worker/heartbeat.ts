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

export interface Heartbeat {
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
  /** Touched at each beat, for container health checks. */
  readonly healthFile: string | undefined;
  readonly logger: Logger;
}

/** Beats once before it returns, so that no run is taken by a worker nobody knows. */
export async function startHeartbeat(deps: HeartbeatDeps): Promise<Heartbeat> {
  const { workerId, workers, lifecycle, active, fence, slots, everyMs, healthFile, logger } = deps;

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    await workers.beat({ _id: workerId, slots, running: active.size });
    fence.renewed(sentAt);
    if (active.size > 0) for (const runId of await lifecycle.cancelRequested(workerId)) active.abort(runId, 'cancel');
    if (healthFile) await touch(healthFile);
  }

  await beat();
  let running = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    fence.check();
    if (busy) return;
    busy = true;
    running = beat()
      .catch((err) => logger.warn({ err }, 'heartbeat failed'))
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  const watchdog = setInterval(() => fence.check(), Math.min(1000, everyMs));

  return {
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
