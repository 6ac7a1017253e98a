import type { Lane } from '../domain/run.ts';
import { changeOne } from './change-one.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';

/** Runs that hold their thread and wait for room on the queue, as the record has them. */
export interface WaitingRuns {
  /** A compare-and-set. null: the run does not wait any more. */
  dispatch(runId: string): Promise<RunDocument | null>;
  /** Ids of those that wait in this lane, in the order in which they were accepted. */
  oldest(projectId: string, lane: Lane, limit: number): Promise<string[]>;
  /** Where runs wait. */
  places(): Promise<{ project_id: string; lane: Lane }[]>;
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
    oldest: (projectId, lane, limit) => ids({ project_id: projectId, lane, status: 'queued', waiting: true }, limit),
    async places() {
      const groups = await runs.aggregate<{ _id: { project_id: string; lane: Lane } }>([
        { $match: { waiting: true } },
        { $group: { _id: { project_id: '$project_id', lane: '$lane' } } },
      ]);
      return groups.map((group) => group._id);
    },
    dispatchedAmong,
    isDispatched: async (runId) => (await dispatchedAmong([runId])).has(runId),
  };
}
