import type { PipelineStage } from 'mongoose';
import type { Lane } from '../domain/run.ts';
import type { RunDocument } from './documents.ts';
import type { Models } from './models.ts';

type ThreadId = Pick<RunDocument, 'project_id' | 'thread_id'>;
const nameOf = ({ project_id, thread_id }: ThreadId): string => `${project_id} ${thread_id}`;

/** Look-ups of the sweeper, across projects. Each is bounded; what one sweep leaves the next one finds. */
export interface RunSweep {
  /** Runs that a worker says it has, or had. */
  owned(): Promise<RunDocument[]>;
  /** Dispatched more than `ms` ago and not taken; those of `except` are left out. */
  untaken(ms: number, except: readonly Lane[]): Promise<RunDocument[]>;
  /** Threads with runs that wait for more than `ms` while no run holds the thread. */
  threadsToPromote(ms: number): Promise<ThreadId[]>;
  /** Past `expires_at` before they were taken, or while they waited for the client. */
  expired(): Promise<RunDocument[]>;
}

const OWNED_LIMIT = 5000;
const LIMIT = 500;

/** `input` and `options` may be large, and no sweep looks at them. */
const WITHOUT_PAYLOAD = { input: 0, options: 0 } as const;

export function createRunSweep(models: Pick<Models, 'runs'>): RunSweep {
  const { runs } = models;
  const find = (filter: object, limit: number) =>
    runs
      .find(filter, WITHOUT_PAYLOAD)
      .sort({ _id: 1 })
      .limit(limit)
      .batchSize(limit + 1)
      .lean<RunDocument[]>();

  return {
    owned: () => find({ status: { $in: ['in_progress', 'cancelling'] } }, OWNED_LIMIT),

    untaken: (ms, except) =>
      find(
        {
          status: 'queued',
          active: true,
          dispatched_at: { $lt: new Date(Date.now() - ms) },
          ...(except.length > 0 ? { lane: { $nin: [...except] } } : {}),
        },
        LIMIT,
      ),

    async threadsToPromote(ms) {
      const waiting: PipelineStage[] = [
        { $match: { status: 'queued', active: { $exists: false }, created_at: { $lt: new Date(Date.now() - ms) } } },
        { $group: { _id: { thread_id: '$thread_id', project_id: '$project_id' } } },
      ];
      const threads = (await runs.aggregate<{ _id: ThreadId }>(waiting)).map((group) => group._id);
      const held = await runs
        .find(
          { thread_id: { $in: threads.map((thread) => thread.thread_id) }, active: true },
          { thread_id: 1, project_id: 1 },
        )
        .batchSize(threads.length + 1)
        .lean<ThreadId[]>();
      const busy = new Set(held.map(nameOf));
      return threads.filter((thread) => !busy.has(nameOf(thread))).slice(0, LIMIT);
    },

    expired: () => find({ status: { $in: ['queued', 'requires_action'] }, expires_at: { $lt: new Date() } }, LIMIT),
  };
}
