import type { Lane } from '../domain/run.ts';
import { changeOne } from './change-one.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';

export interface WaitingPlace {
  readonly project_id: string;
  readonly lane: Lane;
  readonly count: number;
}

/** Whoever waits behind so many does not need to know how many more. */
const COUNT_LIMIT = 1000;
/** More than there are projects with a backlog: not every engine finds a cursor again from another connection of the pool. */
const IN_ONE_ANSWER = { batchSize: 100_000 };

/** Runs that hold their thread and wait for room on the queue, as the record has them. */
export interface WaitingRuns {
  /** A compare-and-set. null: the run does not wait any more. */
  dispatch(runId: string): Promise<RunDocument | null>;
  /** Ids of those that wait in this lane, in the order in which they were accepted. */
  oldest(projectId: string, lane: Lane, limit: number): Promise<string[]>;
  /** How many that wait in this lane were accepted before the run, counted up to 1,000. */
  countBefore(projectId: string, lane: Lane, runId: string): Promise<number>;
  /** Where runs wait, most of them first, and how many. */
  places(): Promise<WaitingPlace[]>;
  /** Those that were dispatched and not taken. */
  dispatchedAmong(runIds: readonly string[]): Promise<Set<string>>;
  isDispatched(runId: string): Promise<boolean>;
}

export function createWaitingRuns(models: Pick<Models, 'runs'>): WaitingRuns {
  const { runs } = models;
  const ids = async (filter: object, limit: number): Promise<string[]> => {
    const found = await runs
      .find(filter, { _id: 1 })
      .sort({ _id: 1 })
      .limit(limit)
      .batchSize(limit + 1)
      .lean<Pick<RunDocument, '_id'>[]>();
    return found.map((run) => run._id);
  };
  const dispatchedAmong: WaitingRuns['dispatchedAmong'] = async (runIds) => {
    if (runIds.length === 0) return new Set();
    const filter = { _id: { $in: [...runIds] }, status: 'queued', active: true, waiting: { $exists: false } };
    return new Set(await ids(filter, runIds.length));
  };

  return {
    dispatch: (runId) =>
      changeOne(
        runs,
        { _id: runId, status: 'queued', active: true, waiting: true },
        { $set: { dispatched_at: new Date() }, $unset: { waiting: 1 }, $inc: { dispatch: 1 } },
      ),
    oldest: (projectId, lane, limit) =>
      ids({ project_id: projectId, lane, status: 'queued', active: true, waiting: true }, limit),
    countBefore: (projectId, lane, runId) =>
      runs.countDocuments(
        { project_id: projectId, lane, status: 'queued', waiting: true, _id: { $lt: runId } },
        { limit: COUNT_LIMIT },
      ),
    async places() {
      const groups = await runs.aggregate<{ _id: Pick<WaitingPlace, 'project_id' | 'lane'>; count: number }>(
        [
          { $match: { waiting: true } },
          { $group: { _id: { project_id: '$project_id', lane: '$lane' }, count: { $sum: 1 } } },
          { $sort: { count: -1 } },
        ],
        IN_ONE_ANSWER,
      );
      return groups.map(({ _id, count }) => ({ ..._id, count }));
    },
    dispatchedAmong,
    isDispatched: async (runId) => (await dispatchedAmong([runId])).has(runId),
  };
}
