import type { Redis } from 'ioredis';
import type { Logger } from '../shared/logging/create-logger.ts';
import type { RunDocument } from '../shared/mongo/documents.ts';
import { isSuspect, type RunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import type { RunJob } from '../shared/queue/run-job.ts';
import type { RedisKeys } from '../shared/redis/keys.ts';
import { nudgeViewers } from '../shared/run-events/nudge-viewers.ts';
import { createRunEventWriter } from '../shared/run-events/run-event-writer.ts';
import type { Admission } from '../shared/scheduling/admission.ts';
import type { RemoveRemains } from '../shared/threads/remove-remains.ts';
import { type TraceSpan, type Tracing, traceFields } from '../shared/tracing/tracing.ts';
import type { RunAnnouncer } from '../shared/webhooks/run-announcer.ts';
import type { ActiveRuns } from './active-runs.ts';
import type { Intake } from './intake.ts';
import { type ExecuteRunDeps, executeRun } from './run/execute-run.ts';
import { type SettleRunDeps, settleRun } from './run/settle-run.ts';
import type { SuspectSlot } from './suspect-slot.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

export type RunWorkerDeps = Omit<ExecuteRunDeps, 'events' | 'logger'> &
  Omit<SettleRunDeps, 'events' | 'logger' | 'lifecycle' | 'metrics'> & {
    readonly metrics: WorkerMetrics;
    readonly tracing: Tracing;
    readonly workerId: string;
    readonly lifecycle: RunLifecycle;
    readonly active: ActiveRuns;
    readonly suspects: SuspectSlot;
    readonly admission: Pick<Admission, 'left'>;
    readonly removeRemains: RemoveRemains;
    readonly announcer: Pick<RunAnnouncer, 'notify'>;
    /** Role `publisher`. */
    readonly redis: Redis;
    readonly keys: RedisKeys;
    readonly logger: Logger;
    /** No run is taken while it is not open. */
    readonly intake: Pick<Intake, 'state'>;
    /** Aborted when the process may not wait any longer. */
    readonly stopped: AbortSignal;
  };

/**
 * Handles one bell: takes the run if it is there to be taken, executes it and writes how that ended. Two bells for one run, in this process or in two, do no harm: one
 * claim wins and the other stands down at once.
 */
export function createRunHandler(deps: RunWorkerDeps): (job: RunJob) => Promise<void> {
  const { workerId, lifecycle, dispatcher, admission, active, suspects, removeRemains, redis, keys } = deps;
  const { intake, stopped, metrics, tracing } = deps;

  async function execute(run: RunDocument, signal: AbortSignal, span: TraceSpan): Promise<void> {
    const startedAt = performance.now();
    const logger = deps.logger.child({
      run_id: run._id,
      thread_id: run.thread_id,
      attempt: run.attempt,
      ...traceFields(tracing.current()),
    });
    const events = createRunEventWriter({ redis, keys, runId: run._id, attempt: run.attempt, logger });
    const deadline = setTimeout(() => active.abort(run._id, 'deadline'), timeLeftMs(run));
    const outcome = await executeRun({ ...deps, events, logger }, run, signal).finally(() => clearTimeout(deadline));
    const settled = await settleRun({ ...deps, events, logger }, run, outcome, stopped);
    metrics.executed(settled);
    await events.flush();
    // Who lost a run, or ends one whose thread is gone, may have written after everything was removed; and nobody would answer one that waits.
    if (settled === 'lost' || settled === 'gone' || settled === 'paused')
      await removeRemains(run.project_id, run.thread_id, run._id).catch((err) =>
        logger.warn({ err }, 'could not look whether the thread was deleted'),
      );
    if (run.hooks && (settled === 'ended' || settled === 'paused')) deps.announcer.notify(run._id);
    // No `done` rings for those who wait until the client is needed.
    if (settled === 'paused') await nudgeViewers(redis, keys, run._id).catch(() => undefined);
    const line = {
      settled,
      status: outcome.kind === 'end' ? outcome.end.status : outcome.kind,
      tokens: outcome.kind === 'end' ? outcome.end.usage.total_tokens : undefined,
      code: outcome.kind === 'end' ? outcome.end.error?.code : undefined,
      duration_ms: Math.round(performance.now() - startedAt),
    };
    span.set({ 'skein.settled': settled, 'skein.status': line.status, 'error.type': line.code });
    const err = outcome.kind === 'end' ? outcome.cause : outcome.kind === 'give_back' ? outcome.error : undefined;
    if (err) logger.error({ ...line, err }, 'run failed on our side');
    else logger.info(line, 'run executed');
  }

  /** In the trace of the request that made the run, however late and whichever attempt it is. */
  function traced(run: RunDocument, work: (span: TraceSpan) => Promise<void>): Promise<void> {
    const { traceparent: parent = null, dispatched_at: from } = run;
    const attributes = {
      'skein.run_id': run._id,
      'skein.thread_id': run.thread_id,
      'skein.project_id': run.project_id,
      'skein.assistant_id': run.assistant_id,
      'skein.lane': run.lane,
      'skein.attempt': run.attempt,
    };
    if (parent && from) tracing.past('wait on the queue', { parent, attributes }, from, new Date());
    return tracing.span('run', { kind: 'consumer', parent, attributes }, work);
  }

  /** A consumer that pauses may still get the job it was waiting for. Its bell is used up, so another one is rung. */
  async function passOn({ run_id, dispatch }: RunJob): Promise<void> {
    const again = await lifecycle.redispatch({ _id: run_id, dispatch });
    if (again) await dispatcher.ring(again);
  }

  return async (job) => {
    if (intake.state !== 'open') return passOn(job);
    const leave = suspects.tryTake();
    try {
      const claim = await lifecycle.claim(job.run_id, job.dispatch, workerId, { suspects: leave !== null });
      if (claim.kind === 'stand_down') {
        deps.logger.debug({ run_id: job.run_id, dispatch: job.dispatch, reason: claim.reason }, 'stood down');
        return;
      }
      if (!isSuspect(claim.run)) leave?.();
      metrics.claimed(claim.run);
      const admitted = admission.left(claim.run);
      await active.track(job.run_id, (signal) => traced(claim.run, (span) => execute(claim.run, signal, span)));
      await admitted;
    } finally {
      leave?.();
    }
  };
}

/** Milliseconds the run has left. They count from its first start (or the client's last delivery), over all attempts. */
function timeLeftMs(run: RunDocument): number {
  const from = run.resumed_at ?? run.started_at;
  const usedMs = from ? Date.now() - from.getTime() : 0;
  return Math.max(run.options.limits.max_duration_ms - usedMs, 1);
}
