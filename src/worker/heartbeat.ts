/**
 * One heartbeat for the whole worker. It says "I live", and brings the cancellations that pub/sub did not deliver. A worker that could not say it for a while
 * stops its runs before others may take them: measured with a monotonic clock, so a paused process (SIGSTOP, a long block) notices at its first beat after.
 */
import { utimes, writeFile } from 'node:fs/promises';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { RunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import type { WorkerRepository } from '../shared/mongo/worker-repository.ts';
import type { ActiveRuns } from './active-runs.ts';

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
  /** Silence after which others may take this worker's runs; it stops them at two thirds of that. */
  readonly lostMs: number;
  /** Touched at each beat, for container health checks. */
  readonly healthFile: string | undefined;
  readonly logger: Logger;
}

/** Beats once before it returns, so that no run is taken by a worker nobody knows. */
export async function startHeartbeat(deps: HeartbeatDeps): Promise<Heartbeat> {
  const { workerId, workers, lifecycle, active, slots, everyMs, lostMs, healthFile, logger } = deps;
  const fenceMs = (lostMs * 2) / 3;
  let lastBeat = performance.now();

  async function beat(): Promise<void> {
    const sentAt = performance.now();
    await workers.beat({ _id: workerId, slots, running: active.size });
    lastBeat = sentAt;
    if (active.size > 0) for (const runId of await lifecycle.cancelRequested(workerId)) active.abort(runId, 'cancel');
    if (healthFile) await touch(healthFile);
  }

  function fenceIfLate(): void {
    const silentMs = performance.now() - lastBeat;
    if (silentMs < fenceMs || active.size === 0) return;
    logger.error(
      { silent_ms: Math.round(silentMs), runs: active.size },
      'could not say that this worker lives; its runs are stopped',
    );
    active.abortAll('fenced');
  }

  await beat();
  let running = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    fenceIfLate();
    if (busy) return;
    busy = true;
    running = beat()
      .catch((err) => logger.warn({ err }, 'heartbeat failed'))
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  const watchdog = setInterval(fenceIfLate, Math.min(1000, everyMs));

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
