/**
 * What workers do to runs. Every change is one compare-and-set, so each of these may be called twice, late, or by several processes at once: the first
 * wins, the others change nothing and are told so. A bell (queue job) that rings twice or for an old dispatch therefore does no harm.
 */

import { MAX_LOST_ATTEMPTS } from '../domain/limits.ts';
import type { ToolCall, Usage } from '../domain/message.ts';
import type { RunError } from '../domain/run.ts';
import { isTerminal, type RunStatus, TERMINAL_STATUSES, type TerminalStatus } from '../domain/run-status.ts';
import { changeOne } from './change-one.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createChanger } from './create-changer.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';

export type Claim =
  | { readonly kind: 'claimed'; readonly run: RunDocument }
  | { readonly kind: 'stand_down'; readonly reason: 'gone' | 'ended' | 'owned' | 'waits' | 'old_bell' | 'suspect' };

/** Which attempt writes: the fence of all writes of a worker. */
export type RunOwner = Pick<RunDocument, '_id' | 'attempt' | 'worker_id'>;

/** What follows the end of a run needs no more of it. */
export type EndedRun = Pick<
  RunDocument,
  | '_id'
  | 'project_id'
  | 'thread_id'
  | 'seq'
  | 'status'
  | 'usage'
  | 'last_error'
  | 'attempt'
  | 'worker_id'
  | 'finished_at'
  | 'cancel_requested_at'
>;

export interface RunEnd {
  readonly status: TerminalStatus;
  readonly usage: Usage;
  readonly firstTokenAt: Date | null;
  readonly error: RunError | null;
  readonly incompleteReason: string | null;
}

export interface RunLifecycle {
  /** Gives the thread to its queued run with the lowest `seq`, which then waits for admission. null: none is queued, or another run holds the thread. */
  promote(projectId: string, threadId: string): Promise<RunDocument | null>;
  /** Takes a dispatched run. Of all bells for one dispatch, one wins. @param options.suspects also a run that `isSuspect` */
  claim(runId: string, dispatch: number, workerId: string, options?: { readonly suspects: boolean }): Promise<Claim>;
  /** Writes the end of a run. A run whose cancel was asked for ends as `cancelled`. Safe to repeat. null: the run is no longer the caller's. */
  finish(owner: RunOwner, end: RunEnd): Promise<EndedRun | null>;
  /** The run waits for the client. null: not the caller's any more, or a cancel came first. */
  pause(owner: RunOwner, calls: readonly ToolCall[], usage: Usage): Promise<RunDocument | null>;
  /** The client delivered: back on the queue. */
  resume(projectId: string, runId: string): Promise<RunDocument | null>;
  /**
   * A worker gives an unfinished run back, or the sweeper takes it from a dead worker; it is on the queue again at the last committed step.
   * `lost` counts against the run: something went wrong. `usage`: of the steps committed so far, where the caller knows it. null: someone was first, or a cancel was asked for.
   */
  handBack(owner: RunOwner, lost: boolean, usage?: Usage): Promise<RunDocument | null>;
  /** Rings again for a run that was dispatched and never taken. */
  redispatch(run: Pick<RunDocument, '_id' | 'dispatch'>): Promise<RunDocument | null>;
  /** Ends a run nobody owns. `from` guards against a change in between. */
  settle(
    run: Pick<RunDocument, '_id' | 'attempt' | 'dispatch' | 'status'>,
    status: TerminalStatus,
    error: RunError | null,
  ): Promise<RunDocument | null>;
  /** Ids of this worker's runs that a client wants stopped. */
  cancelRequested(workerId: string): Promise<string[]>;
}

const ENDED_FIELDS = {
  project_id: 1,
  thread_id: 1,
  seq: 1,
  status: 1,
  usage: 1,
  last_error: 1,
  attempt: 1,
  worker_id: 1,
  finished_at: 1,
  cancel_requested_at: 1,
} as const satisfies Record<Exclude<keyof EndedRun, '_id'>, 1>;

const LAST_CHANCE = MAX_LOST_ATTEMPTS - 1;

/** One more lost worker and the run is given up: it may be what kills them. */
export const isSuspect = (run: Pick<RunDocument, 'lost'>): boolean => run.lost >= LAST_CHANCE;

export function createRunLifecycle(models: Pick<Models, 'runs'>): RunLifecycle {
  const { runs } = models;
  const update = (filter: object, change: object, sort?: Record<string, 1 | -1>) =>
    changeOne(runs, filter, change, sort ? { sort } : {});
  const owned = (owner: RunOwner) => ({ _id: owner._id, attempt: owner.attempt, worker_id: owner.worker_id });
  const changeEnd = createChanger(runs, ENDED_FIELDS);

  /** null: it was not `from`, or not the caller's. An end that is there already is as good: it is a repeat, after an answer of the database that never came. */
  async function end(
    { _id: id, attempt, worker_id }: RunOwner,
    from: RunStatus,
    change: object,
  ): Promise<EndedRun | null> {
    const run = await changeEnd({ id, filter: { attempt, worker_id, status: from }, change });
    const isEnded = run?.attempt === attempt && run.worker_id === worker_id && isTerminal(run.status);
    return isEnded ? run : null;
  }

  return {
    async promote(projectId, threadId) {
      try {
        return await update(
          { project_id: projectId, thread_id: threadId, status: 'queued', active: { $exists: false } },
          { $set: { active: true, waiting: true } },
          { seq: 1 },
        );
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
    },

    async claim(runId, dispatch, workerId, { suspects } = { suspects: true }) {
      const now = new Date();
      const run = await update(
        { _id: runId, dispatch, status: 'queued', active: true, ...(suspects ? {} : { lost: { $lt: LAST_CHANCE } }) },
        { $set: { status: 'in_progress', worker_id: workerId }, $min: { started_at: now }, $inc: { attempt: 1 } },
      );
      if (run) return { kind: 'claimed', run };
      const found = await runs.findOne({ _id: runId }).lean<RunDocument>();
      return { kind: 'stand_down', reason: whyNot(found, dispatch) };
    },

    async finish(owner, wanted) {
      const change = {
        $set: {
          status: wanted.status,
          usage: wanted.usage,
          first_token_at: wanted.firstTokenAt,
          last_error: wanted.error,
          incomplete_details: wanted.incompleteReason === null ? null : { reason: wanted.incompleteReason },
          required_action: null,
          finished_at: new Date(),
        },
        $unset: { active: 1 },
      };
      if (wanted.status !== 'cancelled') {
        const ended = await end(owner, 'in_progress', change);
        if (ended) return ended;
      }
      const cancelled = {
        ...change,
        $set: { ...change.$set, status: 'cancelled', last_error: null, incomplete_details: null },
      };
      const stopped = await end(owner, 'cancelling', cancelled);
      return stopped ?? runs.findOne({ ...owned(owner), status: { $in: [...TERMINAL_STATUSES] } }).lean<RunDocument>();
    },

    pause: (owner, calls, usage) =>
      update(
        { ...owned(owner), status: 'in_progress' },
        {
          $set: {
            status: 'requires_action',
            required_action: { type: 'submit_tool_outputs', tool_calls: calls },
            worker_id: null,
            usage,
            pause_untold: true,
          },
        },
      ),

    resume: (projectId, runId) =>
      update(
        { _id: runId, project_id: projectId, status: 'requires_action' },
        {
          $set: { status: 'queued', required_action: null, dispatched_at: new Date(), resumed_at: new Date() },
          $inc: { dispatch: 1 },
        },
      ),

    handBack: (owner, lost, usage) =>
      update(
        { ...owned(owner), status: 'in_progress' },
        {
          $set: { status: 'queued', worker_id: null, dispatched_at: new Date(), ...(usage ? { usage } : {}) },
          $inc: { dispatch: 1, lost: lost ? 1 : 0 },
        },
      ),

    redispatch: (run) =>
      update(
        { _id: run._id, dispatch: run.dispatch, status: 'queued', active: true },
        { $set: { dispatched_at: new Date() }, $inc: { dispatch: 1 } },
      ),

    settle: (run, status, error) =>
      update(
        { _id: run._id, attempt: run.attempt, dispatch: run.dispatch, status: run.status },
        {
          $set: { status, last_error: error, finished_at: new Date(), required_action: null },
          $unset: { active: 1, waiting: 1 },
        },
      ),

    async cancelRequested(workerId) {
      const found = await runs
        .find({ status: 'cancelling', worker_id: workerId }, { _id: 1 })
        .lean<Pick<RunDocument, '_id'>[]>();
      return found.map((run) => run._id);
    },
  };
}

function whyNot(run: RunDocument | null, dispatch: number): (Claim & { kind: 'stand_down' })['reason'] {
  if (!run) return 'gone';
  if (isTerminal(run.status)) return 'ended';
  if (run.status !== 'queued') return 'owned';
  if (run.dispatch !== dispatch) return 'old_bell';
  return run.active ? 'suspect' : 'waits';
}
