import type { Lane } from '../domain/run.ts';
import type { TerminalStatus } from '../domain/run-status.ts';
import type { RunDocument } from '../mongo/documents.ts';
import type { Models } from '../mongo/models.ts';

/** Runs that ended without being completed, of whatever project: for operators only. Those of a batch are not among them: the batch runs them again itself, and counts them. */
export interface UnfinishedFilter {
  readonly status: readonly Exclude<TerminalStatus, 'completed'>[];
  /** Accepted at or after. */
  readonly since: Date;
  readonly lane?: Lane | undefined;
  readonly projectId?: string | undefined;
  /** Code of `last_error`. */
  readonly code?: string | undefined;
  /** Goes on behind this run. */
  readonly after?: string | undefined;
}

/** Oldest first, `limit` at most. */
export type UnfinishedRuns = (filter: UnfinishedFilter, limit: number) => Promise<RunDocument[]>;

export const createUnfinishedRuns =
  (models: Pick<Models, 'runs'>): UnfinishedRuns =>
  async ({ status, since, lane, projectId, code, after }, limit) => {
    // Ids of version 7 begin with the milliseconds, so the index on status and id finds the beginning.
    const first = firstIdAt(since);
    return models.runs
      .find({
        status: { $in: [...status] },
        batch_id: null,
        ...(after !== undefined && after >= first ? { _id: { $gt: after } } : { _id: { $gte: first } }),
        ...(lane === undefined ? {} : { lane }),
        ...(projectId === undefined ? {} : { project_id: projectId }),
        ...(code === undefined ? {} : { 'last_error.code': code }),
      })
      .sort({ _id: 1 })
      .limit(limit)
      .batchSize(limit + 1)
      .lean<RunDocument[]>();
  };

/** The least UUID of version 7 that was made at this time. */
function firstIdAt(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`;
}
