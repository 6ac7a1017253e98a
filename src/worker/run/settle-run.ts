/**
 * Writes how an execution ended. Order: the end in MongoDB, the thread's notes, the thread's next run, then `done` to the clients. A crash after the first leaves a
 * run that ended and a thread whose next run the sweeper promotes; a stream learns of the end from MongoDB.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Message, ToolCall, Usage } from '../../shared/domain/message.ts';
import { toPreview } from '../../shared/domain/message-preview.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { RunDocument } from '../../shared/mongo/documents.ts';
import type { EndedRun, RunEnd, RunLifecycle } from '../../shared/mongo/run-lifecycle.ts';
import type { ThreadRepository } from '../../shared/mongo/thread-repository.ts';
import type { RunEventWriter } from '../../shared/run-events/run-event-writer.ts';
import type { Dispatcher } from '../../shared/scheduling/dispatcher.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';

/** What came of executing a run. */
export type Outcome =
  | { readonly kind: 'end'; readonly end: RunEnd; readonly lastMessage: Message | null; readonly cause?: unknown }
  | { readonly kind: 'requires_action'; readonly calls: readonly ToolCall[]; readonly usage: Usage }
  | { readonly kind: 'give_back'; readonly lost: boolean; readonly usage: Usage; readonly error?: unknown };

export interface SettleRunDeps {
  readonly lifecycle: Pick<RunLifecycle, 'finish' | 'pause' | 'handBack'>;
  readonly threads: Pick<ThreadRepository, 'noteRunEnd'>;
  readonly dispatcher: Dispatcher;
  readonly events: RunEventWriter;
  readonly logger: Logger;
  readonly metrics: Pick<WorkerMetrics, 'ended'>;
}

/** How the run stands after settling. `lost`: it was no longer ours and nothing was written. `gone`: it ended and its thread has been deleted. */
export type Settled = 'ended' | 'paused' | 'given_back' | 'lost' | 'gone';

/**
 * Applies an outcome. While MongoDB is away it waits for it: a run must not stay with a worker that no longer executes it.
 * @param stopped ends the waiting; the sweeper then finds the run by its dead worker.
 */
export async function settleRun(
  deps: SettleRunDeps,
  run: RunDocument,
  outcome: Outcome,
  stopped: AbortSignal,
): Promise<Settled> {
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5000)) {
    try {
      return await settleOnce(deps, run, outcome);
    } catch (err) {
      deps.logger.error({ err, outcome: outcome.kind }, 'could not write how a run ended; trying again');
      if (stopped.aborted) return 'lost';
      await sleep(waitMs, undefined, { signal: stopped }).catch(() => undefined);
    }
  }
}

async function settleOnce(deps: SettleRunDeps, run: RunDocument, outcome: Outcome): Promise<Settled> {
  switch (outcome.kind) {
    case 'end': {
      const ended = await deps.lifecycle.finish(run, outcome.end);
      if (!ended) return 'lost';
      deps.metrics.ended(run, ended, outcome.end.firstTokenAt);
      return afterEnd(deps, ended, outcome.lastMessage);
    }
    case 'requires_action': {
      const paused = await deps.lifecycle.pause(run, outcome.calls, outcome.usage);
      if (!paused) return cancelledMeanwhile(deps, run, outcome.usage);
      deps.events.emit('requires_action', { tool_calls: [...outcome.calls] });
      await deps.events.flush();
      return 'paused';
    }
    case 'give_back': {
      const queued = await deps.lifecycle.handBack(run, outcome.lost, outcome.usage);
      if (!queued) return cancelledMeanwhile(deps, run, outcome.usage);
      await deps.dispatcher.ring(queued);
      return 'given_back';
    }
    default:
      return outcome satisfies never;
  }
}

/** The run could not be moved on: if a cancel came first it ends now, else it is someone else's. */
async function cancelledMeanwhile(deps: SettleRunDeps, run: RunDocument, usage: Usage): Promise<Settled> {
  const ended = await deps.lifecycle.finish(run, {
    status: 'cancelled',
    usage,
    firstTokenAt: null,
    error: null,
    incompleteReason: null,
  });
  if (!ended) return 'lost';
  deps.metrics.ended(run, ended, null);
  return afterEnd(deps, ended, null);
}

async function afterEnd(
  { threads, dispatcher, events, logger }: SettleRunDeps,
  ended: EndedRun,
  lastMessage: Message | null,
): Promise<'ended' | 'gone'> {
  const done = { status: ended.status, usage: ended.usage, run_id: ended._id };
  let gone = false;
  try {
    const acceptedLast = await threads.noteRunEnd(ended.project_id, ended.thread_id, {
      status: ended.status,
      lastMessage: lastMessage && toPreview(lastMessage),
      settledSeq: ended.seq,
    });
    gone = acceptedLast === null;
    // A run accepted later took a higher place before looking whether the thread is free; when there is none, nobody waits.
    if (acceptedLast !== null && acceptedLast > ended.seq) await dispatcher.promote(ended.project_id, ended.thread_id);
  } catch (err) {
    logger.error({ err }, 'the run has ended; its thread is seen to by the sweeper');
  }
  if (ended.last_error) events.emit('error', ended.last_error);
  events.emit('done', done);
  // The log of a deleted thread's run may have been removed before this was written; it must not come back.
  await events.close(gone ? { ttlMs: 1 } : {});
  return gone ? 'gone' : 'ended';
}
