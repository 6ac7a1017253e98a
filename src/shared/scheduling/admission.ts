/**
 * Fairness between projects. A run that holds its thread is put on the queue only when its project has room in its window of the lane; else it waits in MongoDB (`waiting`), and each run
 * of the project that a worker takes admits the next one. So a project that posts 10,000 runs has a windowful of them before everyone else's, and no more.
 *
 * What may be lost or happen twice: the window is in Redis and may forget or keep too much; the sweeper repairs it from the record (`repair`). Two processes may admit the same run: the
 * change is a compare-and-set, and two bells for one dispatch are one job. A crash after a run left the window and before the next was admitted leaves room that the sweeper fills.
 */
import type { Lane } from '../domain/run.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { RunDocument } from '../mongo/documents.ts';
import type { WaitingRuns } from '../mongo/waiting-runs.ts';
import type { RunQueue } from '../queue/run-queue.ts';
import type { AdmissionLimits } from './admission-limits.ts';
import type { AdmissionWindow } from './admission-window.ts';

type Place = Pick<RunDocument, '_id' | 'project_id' | 'lane'>;

export interface Admission {
  /** Takes room for a run that is about to be dispatched. false: none, or Redis is away; then the run is stored as `waiting`, and `admit` is called after. Never throws. */
  reserve(run: Place): Promise<boolean>;
  /** Puts a run that waits on the queue if there is room. @returns it, or null when it goes on waiting, or another process was first. */
  admit(run: Place): Promise<RunDocument | null>;
  /** Rings for a dispatched run that has its room. Never throws: the run is safe in MongoDB, only later. */
  ring(run: Pick<RunDocument, '_id' | 'dispatch' | 'lane'>): Promise<void>;
  /** Rings for a run that was admitted before and goes on the queue again, whatever the room. Never throws. */
  ringAgain(run: Place & Pick<RunDocument, 'dispatch'>): Promise<void>;
  /** The run left the queue, being taken or ended, or does not need its room after all. Admits others in its place. Never throws. */
  left(run: Place): Promise<void>;
  /** Admits runs that wait, oldest first, until the window is full. */
  refill(projectId: string, lane: Lane): Promise<void>;
  /** Makes the windows of the projects that have waiting runs agree with the record, and fills them. @param except lanes in which nothing is to start */
  repair(except: ReadonlySet<Lane>): Promise<void>;
}

/** A run that entered its window a moment ago may not be in the record yet. */
const SETTLED_MS = 10_000;

export function createAdmission(deps: {
  window: AdmissionWindow;
  limits: Pick<AdmissionLimits, 'of'>;
  waiting: WaitingRuns;
  queue: Pick<RunQueue, 'ring'>;
  logger: Logger;
}): Admission {
  const { window, limits, waiting, queue, logger } = deps;
  const refilling = new Map<string, { again: boolean; done: Promise<void> }>();

  async function enter({ project_id, lane, _id }: Place): Promise<boolean> {
    return window.enter(project_id, lane, _id, await limits.of(project_id, lane));
  }

  const ring: Admission['ring'] = async (run) => {
    try {
      await queue.ring(run.lane, { run_id: run._id, dispatch: run.dispatch });
    } catch (err) {
      logger.warn(
        { err, run_id: run._id, dispatch: run.dispatch },
        'the queue did not take a run; the sweeper will ring again',
      );
    }
  };

  /** null: no room, another process was first, or the run has ended meanwhile; only then it keeps no room. */
  async function admitOne(run: Place): Promise<RunDocument | null> {
    if (!(await enter(run))) return null;
    const admitted = await waiting.dispatch(run._id);
    if (admitted) await ring(admitted);
    else if (!(await waiting.isDispatched(run._id))) await window.leave(run.project_id, run.lane, run._id);
    return admitted;
  }

  /**
   * The backlog is marked whenever this counts and finds the window full, so that whoever leaves after the count comes back here. It is unmarked only when none waits, and then looked at
   * once more: a run is stored first and looks for room after, so either this look finds it, or it marks the backlog again.
   */
  async function refillOnce(projectId: string, lane: Lane): Promise<void> {
    while (true) {
      const room = (await limits.of(projectId, lane)) - (await window.count(projectId, lane));
      if (room <= 0) return;
      const oldest = await waiting.oldest(projectId, lane, room);
      // All at once: one after the other, the queue would run dry meanwhile.
      await Promise.all(oldest.map((runId) => admitOne({ _id: runId, project_id: projectId, lane })));
      if (oldest.length === room) continue;
      await window.clearBacklog(projectId, lane);
      if ((await waiting.oldest(projectId, lane, 1)).length === 0) return;
      await window.markBacklog(projectId, lane);
    }
  }

  /** One at a time for each window in this process; what comes meanwhile makes it look once more. */
  function refill(projectId: string, lane: Lane): Promise<void> {
    const key = `${lane} ${projectId}`;
    const running = refilling.get(key);
    if (running) {
      running.again = true;
      return running.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    refilling.set(key, entry);
    entry.done = (async () => {
      try {
        do {
          entry.again = false;
          await refillOnce(projectId, lane);
        } while (entry.again);
      } finally {
        refilling.delete(key);
      }
    })();
    return entry.done;
  }

  async function repairWindow(projectId: string, lane: Lane): Promise<void> {
    const members = await window.members(projectId, lane, new Date(Date.now() - SETTLED_MS));
    const onQueue = await waiting.dispatchedAmong(members);
    const gone = members.filter((runId) => !onQueue.has(runId));
    await window.remove(projectId, lane, gone);
  }

  async function fill(projectId: string, lane: Lane): Promise<void> {
    await window.markBacklog(projectId, lane);
    await refill(projectId, lane);
  }

  return {
    ring,
    refill: fill,
    async reserve(run) {
      try {
        return await enter(run);
      } catch (err) {
        logger.warn({ err, run_id: run._id }, 'Redis is away; the run waits for the sweeper');
        return false;
      }
    },
    async admit(run) {
      try {
        return await admitOne(run);
      } catch (err) {
        logger.warn({ err, run_id: run._id }, 'a run could not be admitted; the sweeper will');
        return null;
      }
    },
    async ringAgain(run) {
      const noted = window
        .add(run.project_id, run.lane, run._id)
        .catch((err) => logger.debug({ err, run_id: run._id }, 'a run is on the queue beside its window'));
      await Promise.all([noted, ring(run)]);
    },
    async left(run) {
      try {
        if (await window.leave(run.project_id, run.lane, run._id)) await refill(run.project_id, run.lane);
      } catch (err) {
        logger.warn({ err, run_id: run._id }, 'no run was admitted for one that left the queue; the sweeper will');
      }
    },
    async repair(except) {
      for (const { project_id, lane } of await waiting.places()) {
        if (except.has(lane)) continue;
        await repairWindow(project_id, lane);
        await fill(project_id, lane);
      }
    },
  };
}
