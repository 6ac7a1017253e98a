import type { BatchCounts } from '../domain/batch.ts';
import type { Usage } from '../domain/message.ts';
import type { RunStatus } from '../domain/run-status.ts';
import type { BatchDocument } from './batch-models.ts';
import type { Models } from './models.ts';

/** Runs that count for their item: what a retry has replaced has no index any more. Also what the partial indexes on them ask for. */
export const CURRENT = { batch_index: { $gte: 0 } } as const;

/** How the items of a batch stand. Of one that works, counted on the index of runs by batch and status; of a finished one as it was noted. */
export async function readBatchCounts(models: Pick<Models, 'runs'>, batch: BatchDocument): Promise<BatchCounts> {
  switch (batch.status) {
    case 'uploading':
      return toCounts(batch.received, new Map());
    case 'completed':
    case 'cancelled':
      return batch.counts ?? toCounts(batch.received, new Map());
    case 'in_progress':
      return toCounts(batch.received, await countRuns(models, batch._id));
    case 'cancelling':
      return withoutWaiting(toCounts(batch.received, await countRuns(models, batch._id)));
  }
}

async function countRuns(models: Pick<Models, 'runs'>, batchId: string): Promise<ReadonlyMap<RunStatus, number>> {
  const groups = await models.runs.aggregate<{ _id: RunStatus; count: number }>([
    { $match: { batch_id: batchId, ...CURRENT } },
    { $group: { _id: '$status', count: { $sum: 1 } } },
  ]);
  return new Map(groups.map(({ _id, count }) => [_id, count]));
}

/** What waits is what is left, so that the parts add up whatever happens between two reads. */
function toCounts(total: number, runs: ReadonlyMap<RunStatus, number>): BatchCounts {
  const of = (...statuses: RunStatus[]) => statuses.reduce((sum, status) => sum + (runs.get(status) ?? 0), 0);
  const made = [...runs.values()].reduce((sum, count) => sum + count, 0);
  return {
    total,
    waiting: Math.max(0, total - made),
    queued: of('queued'),
    in_progress: of('in_progress', 'cancelling'),
    requires_action: of('requires_action'),
    completed: of('completed'),
    failed: of('failed'),
    cancelled: of('cancelled'),
    expired: of('expired'),
    incomplete: of('incomplete'),
  };
}

/** Items that get no run any more. */
export const withoutWaiting = (counts: BatchCounts): BatchCounts => ({
  ...counts,
  waiting: 0,
  cancelled: counts.cancelled + counts.waiting,
});

export const openCount = (counts: BatchCounts): number => counts.queued + counts.in_progress + counts.requires_action;

/** Tokens of all current runs. Reads each of them: once, when the batch ends. */
export async function readBatchUsage(models: Pick<Models, 'runs'>, batchId: string): Promise<Usage> {
  const [sum] = await models.runs.aggregate<Usage>([
    { $match: { batch_id: batchId, ...CURRENT } },
    {
      $group: {
        _id: null,
        prompt_tokens: { $sum: '$usage.prompt_tokens' },
        completion_tokens: { $sum: '$usage.completion_tokens' },
        total_tokens: { $sum: '$usage.total_tokens' },
      },
    },
  ]);
  const { prompt_tokens = 0, completion_tokens = 0, total_tokens = 0 } = sum ?? {};
  return { prompt_tokens, completion_tokens, total_tokens };
}
