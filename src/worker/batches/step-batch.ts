/**
 * What is due for a batch. One step at a time, decided from the record alone; whoever dies in the middle leaves a batch that is due again when the lease is over, and the step is done
 * again: each part of it adds or removes only what is still missing or still there.
 */
import { type BatchCounts, isFinished } from '../../shared/domain/batch.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { openCount, readBatchCounts, readBatchUsage, withoutWaiting } from '../../shared/mongo/batch-counts.ts';
import type { BatchDocument } from '../../shared/mongo/batch-models.ts';
import type { BatchRun } from '../../shared/mongo/batch-work.ts';
import type { Models } from '../../shared/mongo/models.ts';
import type { RunCanceller } from '../../shared/threads/run-canceller.ts';
import type { Announce } from '../../shared/webhooks/announce.ts';
import { type MakeRunsDeps, makeRuns } from './make-runs.ts';

export interface StepBatchDeps extends MakeRunsDeps {
  readonly models: Pick<Models, 'runs'>;
  readonly canceller: RunCanceller;
  readonly announce: Announce;
  readonly logger: Logger;
  /** Runs of a batch that are open at a time. */
  readonly openRuns: number;
  readonly retentionMs: number;
}

/** When to look again; null: nobody has to, or the step has said so itself. */
type Next = { readonly afterMs: number } | null;

/** Runs made, stopped or removed by one command. */
const PIECE = 250;
const CANCELS_AT_ONCE = 20;
/** A deleted batch is remembered, and what came too late for the removal is removed, for as long as its Idempotency-Key is known. */
const REMEMBERED_MS = 24 * 3_600_000;

const AT_ONCE: Next = { afterMs: 0 };
const SOON: Next = { afterMs: 1000 };

/** Counting costs what the batch holds, so a large one is looked at less often. */
const lookMs = (batch: BatchDocument): number => Math.min(1000, Math.max(100, batch.received / 10));

export async function stepBatch(deps: StepBatchDeps, batch: BatchDocument): Promise<Next> {
  if (batch.deleted_at) return remove(deps, batch, batch.deleted_at);
  switch (batch.status) {
    case 'completed':
    case 'cancelled':
      if (batch.untold) return tell(deps, batch);
      await deps.work.markExpired(batch);
      return null;
    case 'uploading':
      // Nobody went on with it.
      await deps.work.markExpired(batch);
      return null;
    case 'in_progress':
      return batch.retry_pending ? reset(deps, batch) : feed(deps, batch);
    case 'cancelling':
      return cancel(deps, batch);
  }
}

async function reset({ work }: StepBatchDeps, batch: BatchDocument): Promise<Next> {
  while ((await work.resetFailed(batch._id, PIECE)) > 0);
  await work.endReset(batch._id);
  return AT_ONCE;
}

async function feed(deps: StepBatchDeps, batch: BatchDocument): Promise<Next> {
  const counts = await readBatchCounts(deps.models, batch);
  const open = openCount(counts);
  for (let room = deps.openRuns - open; room > 0; ) {
    const limit = Math.min(room, PIECE);
    const items = await deps.work.waitingItems(batch, limit);
    if (items.length > 0) await makeRuns(deps, batch, items);
    else if (room === deps.openRuns) return finish(deps, batch, 'completed', counts);
    if (items.length < limit) break;
    room -= items.length;
  }
  return { afterMs: lookMs(batch) };
}

async function cancel(deps: StepBatchDeps, batch: BatchDocument): Promise<Next> {
  const counts = await readBatchCounts(deps.models, batch);
  if (openCount(counts) === 0) return finish(deps, batch, 'cancelled', counts);
  await stop(deps, await deps.work.openRuns(batch._id, PIECE));
  return { afterMs: lookMs(batch) };
}

async function finish(
  { work, models, logger, retentionMs }: StepBatchDeps,
  batch: BatchDocument,
  status: 'completed' | 'cancelled',
  counts: BatchCounts,
): Promise<Next> {
  const end = {
    status,
    // What is left has no run and gets none: it was not its turn, or the run was deleted with its thread.
    counts: withoutWaiting(counts),
    usage: await readBatchUsage(models, batch._id),
    expiresAt: new Date(Date.now() + retentionMs),
  };
  const finished = await work.finish(batch, end);
  if (finished) logger.info({ batch_id: batch._id, project_id: batch.project_id, ...end.counts }, 'batch has ended');
  return null;
}

/** Until it has succeeded: the mark was stored with the end. */
async function tell({ work, announce }: StepBatchDeps, batch: BatchDocument): Promise<Next> {
  const { _id: batchId, project_id, name, status, metadata, counts = null, usage = null } = batch;
  const at = batch.finished_at ?? new Date();
  const event = {
    type: 'batch.completed',
    id: batchId,
    // Every round of retries ends once.
    occurrence: at.toISOString(),
    at,
    data: { batch_id: batchId, project_id, name, status, metadata, counts, usage, finished_at: at.toISOString() },
  } as const;
  await announce(project_id, event, batch.webhook);
  await work.noteTold(batch);
  return null;
}

async function stop({ canceller }: StepBatchDeps, runs: readonly BatchRun[]): Promise<void> {
  const rest = runs.filter((run) => run.status !== 'cancelling');
  for (let at = 0; at < rest.length; at += CANCELS_AT_ONCE)
    await Promise.all(rest.slice(at, at + CANCELS_AT_ONCE).map((run) => canceller.cancel(run.project_id, run._id)));
}

/** Its runs are stopped first. Threads take no more runs from the moment they are closed, so what is open on them then is the last. */
async function remove(deps: StepBatchDeps, batch: BatchDocument, deletedAt: Date): Promise<Next> {
  const { work, logger } = deps;
  const open = await work.openRuns(batch._id, PIECE);
  if (open.length > 0) {
    await stop(deps, open);
    return SOON;
  }
  for (let threads = await work.closeThreads(batch, PIECE); threads.length > 0; ) {
    const late = await work.openRunsOn(batch.project_id, threads);
    if (late.length > 0) {
      await stop(deps, late);
      return SOON;
    }
    await work.removeThreads(batch.project_id, threads);
    threads = await work.closeThreads(batch, PIECE);
  }
  await work.removeItems(batch._id);
  logger.info({ batch_id: batch._id, status: batch.status, over: isFinished(batch.status) }, 'batch was removed');
  const rememberMs = deletedAt.getTime() + REMEMBERED_MS - Date.now();
  if (batch.started_at && rememberMs > 0) return { afterMs: rememberMs };
  await work.removeDocument(batch._id);
  return null;
}
