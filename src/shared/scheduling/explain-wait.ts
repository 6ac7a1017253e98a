import type { Run } from '../domain/run.ts';
import type { RunWait } from '../domain/run-wait.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { WaitingRuns } from '../mongo/waiting-runs.ts';
import type { LaneSwitch } from '../ops/lane-switch.ts';
import type { RunQueue } from '../queue/run-queue.ts';
import type { AdmissionLimits } from './admission-limits.ts';
import { decideWait } from './decide-wait.ts';

/** Why a run has not started; null when it does not wait. @throws what the database throws. */
export type ExplainWait = (run: Run) => Promise<RunWait | null>;

export function createExplainWait(deps: {
  runs: Pick<RunRepository, 'active' | 'queuePosition'>;
  waiting: Pick<WaitingRuns, 'countBefore'>;
  limits: Pick<AdmissionLimits, 'load'>;
  lanes: Pick<LaneSwitch, 'paused'>;
  queue: Pick<RunQueue, 'countBefore'>;
}): ExplainWait {
  const { runs, waiting, limits, lanes, queue } = deps;
  return async (run) => {
    if (run.status !== 'queued') return null;
    const { project_id, thread_id, run_id, lane, dispatch } = run;
    const [aheadOnThread, holder, load, paused, aheadOnQueue] = await Promise.all([
      runs.queuePosition(project_id, run),
      runs.active(project_id, thread_id),
      limits.load(project_id, lane),
      lanes.paused(),
      queue.countBefore(lane, { run_id, dispatch }).catch(() => null),
    ]);
    const isOnQueue = holder?.run_id === run_id && dispatch > 0;
    return decideWait({
      lane,
      waitedMs: Math.max(0, Date.now() - Date.parse(run.created_at)),
      aheadOnThread: aheadOnThread ?? 0,
      holder: holder && holder.run_id !== run_id ? holder.run_id : null,
      projectPaused: load.paused && !isOnQueue,
      lanePaused: paused.has(lane),
      slots: load.slots,
      aheadInProject: isOnQueue ? null : await waiting.countBefore(project_id, lane, run_id),
      aheadOnQueue,
    });
  };
}
