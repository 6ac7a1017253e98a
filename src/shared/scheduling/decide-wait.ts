import type { Lane } from '../domain/run.ts';
import type { RunWait, WaitReason } from '../domain/run-wait.ts';

/** What is known about a queued run when somebody asks why it has not started. */
export interface WaitFacts {
  readonly lane: Lane;
  readonly waitedMs: number;
  /** Runs of the thread that go first, and which of them holds it. */
  readonly aheadOnThread: number;
  readonly holder: string | null;
  readonly projectPaused: boolean;
  readonly lanePaused: boolean;
  /** Slots of the lane, of all workers that are alive. */
  readonly slots: number;
  /** Runs of the project that wait for room too and go first; null: the run is on the queue. */
  readonly aheadInProject: number | null;
  /** Jobs of the lane that are taken before it; null while Redis does not answer. */
  readonly aheadOnQueue: number | null;
}

/** The reason that comes first on the way of a run: its thread, pauses, workers, the project's window, the queue. */
export function decideWait(facts: WaitFacts): RunWait {
  const { reason, position, detail } = decide(facts);
  const blockedBy = reason === 'thread_busy' ? facts.holder : null;
  return { reason, detail, position, blocked_by: blockedBy, waited_ms: facts.waitedMs };
}

interface Decision {
  readonly reason: WaitReason;
  readonly position: number | null;
  readonly detail: string;
}

function decide(facts: WaitFacts): Decision {
  const { lane, slots, aheadOnThread, aheadInProject, aheadOnQueue } = facts;
  if (aheadOnThread > 0)
    return {
      reason: 'thread_busy',
      position: aheadOnThread,
      detail: `${runs(aheadOnThread)} of its thread must end first; a thread has one active run at a time.`,
    };
  if (facts.projectPaused)
    return {
      reason: 'project_paused',
      position: null,
      detail: 'No further run of it starts until an operator resumes it.',
    };
  if (facts.lanePaused)
    return {
      reason: 'lane_paused',
      position: null,
      detail: `No further run of the ${lane} lane starts until an operator resumes it.`,
    };
  if (slots === 0)
    return {
      reason: 'no_worker',
      position: null,
      detail: `No worker that is alive has slots for the ${lane} lane. Start one, or give it slots.`,
    };
  if (aheadOnQueue === null)
    return {
      reason: 'queue_away',
      position: null,
      detail: 'Redis does not answer; the run is stored and starts when it is back.',
    };
  if (aheadInProject !== null)
    return {
      reason: 'project_window',
      position: aheadInProject,
      detail: `The project has its share of the ${lane} queue; ${runs(aheadInProject)} of it wait ahead of this one.`,
    };
  if (aheadOnQueue > 0)
    return {
      reason: 'workers_busy',
      position: aheadOnQueue,
      detail: `It is on the queue behind ${runs(aheadOnQueue)}; the workers have ${slots} slots for the ${lane} lane.`,
    };
  return { reason: 'next', position: 0, detail: 'It is the next run that a worker with a free slot takes.' };
}

const runs = (count: number): string => (count === 1 ? '1 run' : `${count.toLocaleString('en')} runs`);
