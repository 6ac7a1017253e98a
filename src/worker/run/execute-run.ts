/**
 * The story of a run: commit its input, then model call and tool calls in turn, each committed before the next, until it ends, pauses for the client, or is given back.
 *
 * What may happen twice: a model call (the process died before its answer was committed) and an event (it died after the commit; clients apply events by id). A step is
 * stored once, whoever executes it, and the end is written once: both are compare-and-sets.
 */

import { MAX_LOST_ATTEMPTS } from '../../shared/domain/limits.ts';
import type { RunError } from '../../shared/domain/run.ts';
import { LlmError } from '../../shared/llm/llm-error.ts';
import type { CheckpointDocument, RunDocument } from '../../shared/mongo/documents.ts';
import type { RunEventWriter } from '../../shared/run-events/run-event-writer.ts';
import { abortReason } from './abort-reason.ts';
import { commitInput } from './commit-input.ts';
import { commitStep } from './commit-step.ts';
import { decideNext } from './decide-next.ts';
import { type LoadProgressDeps, loadProgress } from './load-progress.ts';
import { type ModelStepDeps, modelStep } from './model-step.ts';
import { isOutage, outlastOutage } from './outlast-outage.ts';
import { firstTokenAt, type RunProgress, usageOf } from './run-progress.ts';
import type { Outcome } from './settle-run.ts';
import { type ToolsStepDeps, toolsStep } from './tools-step.ts';

export type ExecuteRunDeps = LoadProgressDeps & ModelStepDeps & ToolsStepDeps;

/**
 * Executes as far as it goes. Writes steps and events, not the end: that is `settleRun`'s, from the outcome.
 * @param signal aborted with an `AbortReason`.
 */
export async function executeRun(deps: ExecuteRunDeps, run: RunDocument, signal: AbortSignal): Promise<Outcome> {
  const { events, checkFence } = deps;
  const inStep = <T>({ steps }: RunProgress, work: () => Promise<T>): Promise<T> =>
    deps.tracing.span('step', { attributes: { 'skein.step': steps.length } }, work);
  events.emit('metadata', { run_id: run._id, thread_id: run.thread_id, attempt: run.attempt, status: run.status });
  let progress: RunProgress | null = null;
  try {
    progress = await outlastOutage(() => loadProgress(deps, run), signal);
    const last = progress.steps.at(-1);
    if (last) announce(events, last);
    for (;;) {
      const before: RunProgress = progress;
      /** Nothing is written by a worker that may have lost the run. */
      const commit = (work: () => Promise<RunProgress>): Promise<RunProgress> => {
        checkFence();
        signal.throwIfAborted();
        return outlastOutage(work, signal);
      };
      signal.throwIfAborted();
      const move = decideNext(before);
      switch (move.kind) {
        case 'commit_input':
          progress = await commit(() => commitInput(deps, before));
          continue;
        case 'call_model': {
          progress = await inStep(before, async () => {
            const answer = await modelStep(deps, before, signal);
            return commit(() => commitStep(deps.log, before, answer));
          });
          break;
        }
        case 'run_tools': {
          const made = await inStep(before, async () => {
            const step = await toolsStep(deps, run, move.step, move.calls, signal);
            return step.kind === 'requires_action' ? step : commit(() => commitStep(deps.log, before, step.content));
          });
          if ('kind' in made) return { kind: 'requires_action', calls: made.calls, usage: usageOf(before.steps) };
          progress = made;
          break;
        }
        case 'complete':
          return end(progress, { status: 'completed' });
        case 'failed':
          return end(progress, { status: 'failed', error: move.error });
        case 'incomplete':
          return end(progress, { status: 'incomplete', reason: move.reason });
        default:
          return move satisfies never;
      }
      const committed = progress.steps.at(-1);
      if (!committed) continue;
      deps.logger.debug(stepLine(committed), 'step committed');
      announce(events, committed);
    }
  } catch (error) {
    return afterError(error, progress, run, signal);
  }
}

function stepLine({ step, source, metadata }: CheckpointDocument): object {
  const { started_at, finished_at, model, finish_reason, usage, tools } = metadata;
  return {
    step,
    source,
    ...(source === 'model' ? { model, finish_reason, tokens: usage?.total_tokens } : {}),
    ...(tools ? { tools: tools.map(({ name, status }) => `${name} ${status}`) } : {}),
    duration_ms: started_at && finished_at ? Date.parse(finished_at) - Date.parse(started_at) : undefined,
  };
}

/** Tells the clients what a step stored. */
function announce(events: RunEventWriter, step: CheckpointDocument): void {
  if (step.source === 'input') return;
  for (const message of step.messages) {
    for (const call of message.tool_calls ?? []) events.emit('tool_call', { message_id: message.id, ...call });
    events.emit('message', message);
  }
}

type End =
  | { status: 'completed' | 'cancelled' }
  | { status: 'incomplete'; reason: string }
  | { status: 'failed'; error: RunError };

function end(progress: RunProgress | null, how: End): Outcome & { kind: 'end' } {
  const steps = progress?.steps ?? [];
  return {
    kind: 'end',
    end: {
      status: how.status,
      usage: usageOf(steps),
      firstTokenAt: firstTokenAt(steps),
      error: how.status === 'failed' ? how.error : null,
      incompleteReason: how.status === 'incomplete' ? how.reason : null,
    },
    lastMessage: steps.at(-1)?.messages.at(-1) ?? null,
  };
}

function afterError(error: unknown, progress: RunProgress | null, run: RunDocument, signal: AbortSignal): Outcome {
  const reason = abortReason(signal);
  const usage = progress ? usageOf(progress.steps) : run.usage;
  switch (reason) {
    case 'cancel':
      return end(progress, { status: 'cancelled' });
    case 'deadline':
      return end(progress, { status: 'incomplete', reason: 'max_duration' });
    case 'stop':
    case 'fenced':
      return { kind: 'give_back', lost: false, usage };
    case null:
      if (error instanceof LlmError)
        return end(progress, { status: 'failed', error: { code: error.code, message: error.message } });
      // The database's absence says nothing about the run; time ends it if this goes on.
      if (isOutage(error)) return { kind: 'give_back', lost: false, usage, error };
      if (run.lost + 1 < MAX_LOST_ATTEMPTS) return { kind: 'give_back', lost: true, usage, error };
      return {
        ...end(progress, {
          status: 'failed',
          error: { code: 'internal_error', message: 'The run failed on our side.' },
        }),
        cause: error,
      };
    default:
      return reason satisfies never;
  }
}
