import { type RunStatus, TERMINAL_STATUSES } from '../domain/run-status.ts';
import { changeOne } from './change-one.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';

/** The runs' side of webhooks: a run is its own outbox, marked until what happened to it was announced. */
export interface RunAnnouncements {
  get(runId: string): Promise<RunDocument | null>;
  /** Marked, and ended or waiting for the client. */
  untold(): Promise<RunDocument[]>;
  /** Its end was announced, or that it waits. Safe to repeat. */
  told(run: Pick<RunDocument, '_id' | 'dispatch' | 'status'>): Promise<void>;
  /** Marks runs of a project that were accepted without a mark and have not ended, or ended after `since`. */
  mark(projectId: string, since: Date): Promise<void>;
}

const LIMIT = 200;
const OPEN_STATUSES: readonly RunStatus[] = ['queued', 'in_progress', 'requires_action', 'cancelling'];
const ONLY_ID = { projection: { _id: 1 } } as const;
/** What is announced holds none of these. */
const WITHOUT_PAYLOAD = { input: 0, options: 0 } as const;

export function createRunAnnouncements({ runs }: Pick<Models, 'runs'>): RunAnnouncements {
  const find = (filter: object) =>
    runs
      .find({ hooks: true, ...filter }, WITHOUT_PAYLOAD)
      .sort({ _id: 1 })
      .limit(LIMIT)
      .batchSize(LIMIT + 1)
      .lean<RunDocument[]>();
  return {
    get: (runId) => runs.findOne({ _id: runId }, WITHOUT_PAYLOAD).lean<RunDocument>(),

    async untold() {
      const ended = await find({ status: { $in: [...TERMINAL_STATUSES] } });
      const waiting = await find({ status: 'requires_action', pause_untold: true });
      return [...ended, ...waiting];
    },

    async told({ _id, dispatch, status }) {
      if (status === 'requires_action')
        await changeOne(runs, { _id, dispatch, status }, { $unset: { pause_untold: 1 } }, ONLY_ID);
      else await changeOne(runs, { _id, hooks: true }, { $set: { hooks: false } }, ONLY_ID);
    },

    async mark(projectId, since) {
      const unmarked = { project_id: projectId, hooks: { $exists: false } };
      await runs.updateMany({ ...unmarked, status: { $in: [...OPEN_STATUSES] } }, { $set: { hooks: true } });
      await runs.updateMany({ ...unmarked, finished_at: { $gte: since } }, { $set: { hooks: true } });
    },
  };
}
