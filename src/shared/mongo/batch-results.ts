import type { BatchResult } from '../domain/batch.ts';
import { isFinished } from '../domain/batch.ts';
import { textOf } from '../domain/message.ts';
import { NO_USAGE, type RunError } from '../domain/run.ts';
import { isTerminal, TERMINAL_STATUSES } from '../domain/run-status.ts';
import { CURRENT } from './batch-counts.ts';
import { itemId } from './batch-items.ts';
import type { BatchDocument, BatchItemDocument, BatchModels } from './batch-models.ts';
import type { CheckpointDocument, RunDocument } from './documents.ts';
import type { Models } from './models.ts';

/** Items at a time: what a reader costs in memory, whatever the batch. */
const PAGE = 100;
/**
 * While runs end, a line in order of completion is held back this long: workers write the time of the end before the end is stored, and their clocks differ. A write that takes longer, or a clock
 * that is wrong by more, can make a run appear before a line that was read already.
 */
const SETTLED_MS = 2000;

/** What became of the items that have ended; pages are read as the lines are taken. */
export interface BatchResults {
  /** By their place in the upload. @param after index of the last line had; -1: none */
  inOrder(batch: BatchDocument, after: number): AsyncGenerator<BatchResult>;
  /** As they ended. @param after the run of the last line had */
  asTheyEnded(batch: BatchDocument, after: EndedAt | null): AsyncGenerator<BatchResult>;
  /** A place in the order of completion. null: the batch has no such run that has ended. */
  endOf(batch: BatchDocument, runId: string): Promise<EndedAt | null>;
}

export interface EndedAt {
  readonly runId: string;
  readonly finishedAt: Date;
}

type Item = Pick<BatchItemDocument, '_id' | 'index' | 'custom_id' | 'waiting' | 'run_id' | 'thread_id'>;
type Run = Pick<
  RunDocument,
  '_id' | 'thread_id' | 'status' | 'usage' | 'last_error' | 'incomplete_details' | 'finished_at' | 'batch_index'
>;

const ITEM_FIELDS = { index: 1, custom_id: 1, waiting: 1, run_id: 1, thread_id: 1 } as const;
const RUN_FIELDS = {
  thread_id: 1,
  status: 1,
  usage: 1,
  last_error: 1,
  incomplete_details: 1,
  finished_at: 1,
  batch_index: 1,
} as const;

export function createBatchResults(
  models: Pick<BatchModels, 'batchItems'> & Pick<Models, 'runs' | 'checkpoints'>,
): BatchResults {
  const { batchItems, runs, checkpoints } = models;

  /** Of each run, the text of its newest model step. */
  async function outputsOf(runIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const steps = await checkpoints
      .find({ run_id: { $in: [...runIds] }, source: 'model' }, { run_id: 1, step: 1, messages: 1 })
      .batchSize(100_000)
      .lean<Pick<CheckpointDocument, '_id' | 'run_id' | 'step' | 'messages'>[]>();
    const newest = new Map<string, (typeof steps)[number]>();
    for (const step of steps) {
      const { run_id = '' } = step;
      const other = newest.get(run_id);
      if (!other || (other.step ?? 0) < (step.step ?? 0)) newest.set(run_id, step);
    }
    return new Map(
      [...newest].flatMap(([runId, { messages }]) => {
        const last = messages.findLast((message) => message.role === 'assistant');
        return last ? [[runId, textOf(last.content)] as const] : [];
      }),
    );
  }

  async function* lines(pairs: readonly { item: Item; run: Run | undefined }[], finished: boolean) {
    const ended = pairs.flatMap(({ run }) => (run && isTerminal(run.status) ? [run._id] : []));
    const outputs = ended.length === 0 ? new Map<string, string>() : await outputsOf(ended);
    for (const { item, run } of pairs) {
      if (run && isTerminal(run.status)) yield toResult(item, run, outputs.get(run._id) ?? null);
      else if (!run && finished) yield withoutRun(item);
    }
  }

  return {
    async *inOrder(batch, after) {
      for (let above = itemId(batch._id, after); ; ) {
        const items = await batchItems
          .find({ _id: { $gt: above, $lt: itemId(batch._id, batch.received) } }, ITEM_FIELDS)
          .sort({ _id: 1 })
          .limit(PAGE)
          .batchSize(PAGE + 1)
          .lean<Item[]>();
        const found = await runs
          .find({ _id: { $in: items.flatMap(({ waiting, run_id }) => (waiting ? [] : [run_id])) } }, RUN_FIELDS)
          .batchSize(PAGE + 1)
          .lean<Run[]>();
        const byId = new Map(found.map((run) => [run._id, run]));
        yield* lines(
          items.map((item) => ({ item, run: byId.get(item.run_id) })),
          isFinished(batch.status),
        );
        const last = items.at(-1);
        if (!last || items.length < PAGE) return;
        above = last._id;
      }
    },

    async *asTheyEnded(batch, from) {
      const horizon = isFinished(batch.status) ? new Date() : new Date(Date.now() - SETTLED_MS);
      for (let after = from; ; ) {
        const later = after && {
          $or: [
            { finished_at: { $gt: after.finishedAt } },
            { finished_at: after.finishedAt, _id: { $gt: after.runId } },
          ],
        };
        const found = await runs
          .find(
            {
              batch_id: batch._id,
              ...CURRENT,
              finished_at: { ...(after ? { $gte: after.finishedAt } : { $gt: new Date(0) }), $lte: horizon },
              ...later,
            },
            RUN_FIELDS,
          )
          .sort({ finished_at: 1, _id: 1 })
          .limit(PAGE)
          .batchSize(PAGE + 1)
          .lean<Run[]>();
        const items = await batchItems
          .find({ _id: { $in: found.map((run) => itemId(batch._id, run.batch_index ?? 0)) } }, ITEM_FIELDS)
          .batchSize(PAGE + 1)
          .lean<Item[]>();
        const byIndex = new Map(items.map((item) => [item.index, item]));
        yield* lines(
          found.flatMap((run) => {
            const item = byIndex.get(run.batch_index ?? -1);
            return item ? [{ item, run }] : [];
          }),
          false,
        );
        const last = found.at(-1);
        if (!last?.finished_at || found.length < PAGE) return;
        after = { runId: last._id, finishedAt: last.finished_at };
      }
    },

    async endOf(batch, runId) {
      const run = await runs
        .findOne({ _id: runId, batch_id: batch._id, status: { $in: [...TERMINAL_STATUSES] } }, { finished_at: 1 })
        .lean<Pick<RunDocument, '_id' | 'finished_at'>>();
      return run?.finished_at ? { runId, finishedAt: run.finished_at } : null;
    },
  };
}

function toResult(item: Item, run: Run, output: string | null): BatchResult {
  return {
    index: item.index,
    custom_id: item.custom_id,
    run_id: run._id,
    thread_id: run.thread_id,
    status: run.status,
    output,
    usage: run.usage,
    error: run.last_error ?? incomplete(run.incomplete_details),
    finished_at: run.finished_at?.toISOString() ?? null,
  };
}

const incomplete = (details: { reason: string } | null): RunError | null =>
  details && { code: details.reason, message: `The run ended before it was complete: ${details.reason}.` };

/** The batch was cancelled before its turn, or the run was deleted with its thread. */
const withoutRun = (item: Item): BatchResult => ({
  index: item.index,
  custom_id: item.custom_id,
  run_id: null,
  thread_id: null,
  status: 'cancelled',
  output: null,
  usage: NO_USAGE,
  error: item.waiting ? null : { code: 'not_found', message: 'The run was deleted with its thread.' },
  finished_at: null,
});
