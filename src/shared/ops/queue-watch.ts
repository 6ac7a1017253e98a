import { laneSchema } from '../domain/run.ts';
import type { AccessModels } from '../mongo/access-models.ts';
import type { Models } from '../mongo/models.ts';
import type { WaitingPlace, WaitingRuns } from '../mongo/waiting-runs.ts';
import type { RunQueue } from '../queue/run-queue.ts';
import type { AdmissionLimits } from '../scheduling/admission-limits.ts';
import { readEndedRuns } from './ended-runs.ts';
import { createHourWindow } from './hour-window.ts';
import { readLaneCounts } from './lane-counts.ts';
import type { LaneSwitch } from './lane-switch.ts';
import { BACKLOGS, type LaneLoad, type ProjectBacklog, type QueueReport, WINDOW_MINUTES } from './queue-report.ts';
import { readWorkerStates } from './worker-states.ts';

/** How long a report is good for. */
export const REPORT_MS = 2000;
/** A report that took long is good for this many times as long, so that watching never takes more than a tenth of the time. */
const REST = 9;
const WINDOW_BUDGET_MS = 1000;

/** The report of this process: however many ask, it is made at most once in `REPORT_MS`. */
export interface QueueWatch {
  /** @throws what the database throws; the next call tries again. */
  report(): Promise<QueueReport>;
  /** Something was changed that the next report has to show. */
  forget(): void;
}

export function createQueueWatch(deps: {
  models: Pick<Models, 'runs' | 'workers'> & Pick<AccessModels, 'projects'>;
  waiting: Pick<WaitingRuns, 'places'>;
  limits: Pick<AdmissionLimits, 'load'>;
  queue: Pick<RunQueue, 'countWaiting'>;
  lanes: Pick<LaneSwitch, 'paused'>;
  /** Silence after which a worker counts as dead. */
  lostMs: number;
}): QueueWatch {
  const { models, waiting, limits, queue, lanes, lostMs } = deps;
  const hour = createHourWindow({
    readRows: (from, to) => readEndedRuns(models, from, to),
    budgetMs: WINDOW_BUDGET_MS,
  });
  let current: { readonly report: Promise<QueueReport>; goodUntil: number } | null = null;

  async function readLanes(places: readonly WaitingPlace[]): Promise<LaneLoad[]> {
    const [countsOf, paused, dispatched] = await Promise.all([
      readLaneCounts(models),
      lanes.paused(),
      Promise.all(laneSchema.options.map((lane) => queue.countWaiting(lane).catch(() => null))),
    ]);
    return laneSchema.options.map((lane, index) => {
      const { queued, running, oldestAt } = countsOf(lane);
      return {
        lane,
        queued,
        dispatched: dispatched[index] ?? null,
        waiting: places.reduce((sum, place) => sum + (place.lane === lane ? place.count : 0), 0),
        running,
        oldest_wait_ms: oldestAt && Math.max(0, Date.now() - oldestAt.getTime()),
        paused: paused.has(lane),
      };
    });
  }

  async function readBacklogs(places: readonly WaitingPlace[]): Promise<ProjectBacklog[]> {
    const named = places.slice(0, BACKLOGS);
    const names = new Map<string, string>();
    if (named.length > 0) {
      const ids = named.map((place) => place.project_id);
      for (const { _id, name } of await models.projects.find({ _id: { $in: ids } }, { name: 1 }).lean())
        names.set(_id, name);
    }
    return Promise.all(
      named.map(async ({ project_id, lane, count }) => {
        const { paused } = await limits.load(project_id, lane);
        return { project_id, name: names.get(project_id) ?? null, lane, waiting: count, paused };
      }),
    );
  }

  async function make(): Promise<QueueReport> {
    const now = Date.now();
    const places = await waiting.places();
    const [laneLoads, projects, workers, series] = await Promise.all([
      readLanes(places),
      readBacklogs(places),
      readWorkerStates(models, lostMs),
      hour.read(now),
    ]);
    return {
      lanes: laneLoads,
      projects,
      workers,
      window: { minutes: WINDOW_MINUTES, series },
      generated_at: new Date(now).toISOString(),
    };
  }

  function start(): Promise<QueueReport> {
    const startedAt = performance.now();
    const made = { report: make(), goodUntil: Number.POSITIVE_INFINITY };
    current = made;
    void made.report.then(
      () => {
        const tookMs = performance.now() - startedAt;
        made.goodUntil = startedAt + Math.max(REPORT_MS, tookMs * (1 + REST));
      },
      () => {
        if (current === made) current = null;
      },
    );
    return made.report;
  }

  return {
    report: () => (current && performance.now() < current.goodUntil ? current.report : start()),
    forget() {
      current = null;
    },
  };
}
