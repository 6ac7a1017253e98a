/**
 * Finds what fell through: by a crash between two writes, a Redis that lost its queue, a dead worker. It runs in every worker; each change is a compare-and-set, so several
 * sweepers at once, or one that dies in between, change nothing twice.
 */
import { MAX_LOST_ATTEMPTS } from '../shared/domain/limits.ts';
import type { Lane } from '../shared/domain/run.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { RunDocument } from '../shared/mongo/documents.ts';
import type { RunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import type { RunSweep } from '../shared/mongo/run-sweep.ts';
import { toRun } from '../shared/mongo/to-wire.ts';
import type { WorkerRepository } from '../shared/mongo/worker-repository.ts';
import type { LaneSwitch } from '../shared/ops/lane-switch.ts';
import type { RunQueue } from '../shared/queue/run-queue.ts';
import type { Admission } from '../shared/scheduling/admission.ts';
import type { Dispatcher } from '../shared/scheduling/dispatcher.ts';
import type { ConcludeRun } from '../shared/threads/conclude-run.ts';
import type { EmptyProjects } from '../shared/threads/project-emptier.ts';
import type { ThreadRemover } from '../shared/threads/thread-remover.ts';
import type { FoldUsage } from '../shared/usage/fold-usage.ts';
import type { ActiveRuns } from './active-runs.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export interface Sweeper {
  /** One pass over everything; the interval calls it, and tests. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

export interface SweeperDeps {
  readonly sweep: RunSweep;
  readonly lifecycle: RunLifecycle;
  readonly conclude: ConcludeRun;
  readonly workers: Pick<WorkerRepository, 'aliveAmong'>;
  readonly queue: Pick<RunQueue, 'isWaiting'>;
  readonly lanes: Pick<LaneSwitch, 'paused' | 'apply'>;
  readonly dispatcher: Dispatcher;
  readonly admission: Pick<Admission, 'repair'>;
  readonly foldUsage: FoldUsage;
  readonly remover: Pick<ThreadRemover, 'removeLeftovers'>;
  readonly emptyProjects: EmptyProjects;
  readonly everyMs: number;
  readonly lostMs: number;
  readonly workerId: string;
  readonly active: Pick<ActiveRuns, 'has'>;
  /** Further parts, by name; they come last. */
  readonly further: Readonly<Record<string, () => Promise<void>>>;
  readonly logger: Logger;
  readonly metrics: Pick<WorkerMetrics, 'repaired'>;
}

/** A run that was dispatched this long ago and is neither taken nor waiting on the queue has lost its bell. A bell needs a moment to be heard, also on a busy machine; ringing too early does no harm. */
const UNTAKEN_MS = 3000;

export function startSweeper(deps: SweeperDeps): Sweeper {
  const { sweep: find, lifecycle, conclude, workers, queue, lanes, dispatcher, admission, remover } = deps;
  const { logger, metrics } = deps;
  let paused: ReadonlySet<Lane> = new Set();
  /** Runs that this worker should execute and did not when the last sweep looked. */
  let strays = new Set<string>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  /** Runs whose worker is dead: resumed elsewhere, ended as cancelled, or given up. */
  async function takeFromDeadWorkers(): Promise<void> {
    const owned = await find.owned();
    const alive = await workers.aliveAmong([...new Set(owned.flatMap((run) => run.worker_id ?? []))], deps.lostMs);
    const forsaken = findForsaken(owned);
    for (const run of owned) {
      if (run.worker_id !== null && alive.has(run.worker_id) && !forsaken.has(run._id)) continue;
      if (run.status === 'cancelling') await settle(run, 'cancelled');
      else if (run.lost + 1 >= MAX_LOST_ATTEMPTS && !forsaken.has(run._id)) await settle(run, 'failed');
      else {
        const queued = await lifecycle.handBack(run, !forsaken.has(run._id));
        if (!queued) continue;
        metrics.repaired('taken_over');
        logger.warn(
          { run_id: run._id, worker_id: run.worker_id, attempt: run.attempt },
          'took a run from a worker that is gone',
        );
        await dispatcher.ring(queued);
      }
    }
  }

  /**
   * Runs that are this worker's in the record and not in its hands: it took one and the answer that said so was lost. Two sweeps in a row must find it, because a run that is
   * just being taken looks the same.
   */
  function findForsaken(owned: readonly RunDocument[]): Set<string> {
    const idle = owned.filter((run) => run.worker_id === deps.workerId && !deps.active.has(run._id));
    const known = strays;
    strays = new Set(idle.map((run) => `${run._id} ${run.attempt}`));
    return new Set(idle.filter((run) => known.has(`${run._id} ${run.attempt}`)).map((run) => run._id));
  }

  async function settle(run: RunDocument, status: 'cancelled' | 'failed' | 'expired'): Promise<void> {
    const error =
      status === 'failed'
        ? { code: 'worker_lost', message: `The run was given up after ${MAX_LOST_ATTEMPTS} lost workers.` }
        : null;
    const ended = await lifecycle.settle(run, status, error);
    if (!ended) return;
    metrics.repaired(status === 'failed' ? 'given_up' : status);
    logger.warn({ run_id: run._id, status }, 'ended a run that nobody executes');
    await conclude(toRun(ended));
  }

  /** Comes first: a Redis that lost everything has lost the pauses too, and must know them before it gets bells again. */
  async function applyPauses(): Promise<void> {
    // Known also when the queue cannot be told: nothing is rung for in a lane that is to be paused.
    paused = await lanes.paused();
    await lanes.apply();
  }

  /** Dispatched, not taken, and not on the queue either: the bell is lost. In a paused lane nobody listens for it, so it can wait for the end of the pause. */
  async function ringAgain(): Promise<void> {
    for (const run of await find.untaken(UNTAKEN_MS, [...paused])) {
      if (await queue.isWaiting(run.lane, { run_id: run._id, dispatch: run.dispatch })) continue;
      const again = await lifecycle.redispatch(run);
      if (!again) continue;
      metrics.repaired('rung_again');
      await dispatcher.ring(again);
    }
  }

  async function promoteFreeThreads(): Promise<void> {
    for (const { project_id, thread_id } of await find.threadsToPromote(UNTAKEN_MS))
      if (await dispatcher.promote(project_id, thread_id)) metrics.repaired('promoted');
  }

  async function expire(): Promise<void> {
    for (const run of await find.expired()) await settle(run, 'expired');
  }

  // What has expired is not rung for.
  const parts = {
    applyPauses,
    expire,
    takeFromDeadWorkers,
    ringAgain,
    promoteFreeThreads,
    admitWaiting: () => admission.repair(paused),
    removeLeftovers: () => remover.removeLeftovers(),
    foldUsage: () => deps.foldUsage(),
    emptyProjects: deps.emptyProjects,
    ...deps.further,
  };

  async function sweep(): Promise<void> {
    for (const [part, run] of Object.entries(parts)) {
      if (stopped) return;
      await run().catch((err) =>
        logger.warn({ err, part }, 'a part of the sweep failed; the next sweep does it again'),
      );
    }
  }

  function schedule(): void {
    timer = setTimeout(
      () => {
        running = sweep().finally(() => {
          if (!stopped) schedule();
        });
      },
      deps.everyMs * (0.75 + Math.random() / 2),
    );
  }
  schedule();

  return {
    sweep,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
