import type { Message, ToolCall, Usage } from '../../shared/domain/message.ts';
import { NO_USAGE } from '../../shared/domain/run.ts';
import type { LogPosition } from '../../shared/mongo/checkpoint-log.ts';
import type { CheckpointDocument, RunDocument } from '../../shared/mongo/documents.ts';

/** A run as far as it is committed: all that is needed to go on, by this attempt or another one. */
export interface RunProgress {
  readonly run: RunDocument;
  /** The run's own checkpoints, in order of steps. */
  readonly steps: readonly CheckpointDocument[];
  /** Where the next one goes. */
  readonly position: LogPosition;
  /** What the model is shown, oldest first. */
  readonly context: readonly Message[];
}

/** The same with one more step. */
export function withStep(progress: RunProgress, checkpoint: CheckpointDocument): RunProgress {
  const added = checkpoint.messages.filter((message) => !checkpoint.replaced.includes(message.id));
  const byId = new Map(checkpoint.messages.map((message) => [message.id, message]));
  return {
    run: progress.run,
    steps: [...progress.steps, checkpoint],
    position: { head: checkpoint, base: checkpoint },
    context: [...progress.context.map((message) => byId.get(message.id) ?? message), ...added],
  };
}

/** Tokens of the committed model calls. Discarded attempts are not in it. */
export function usageOf(steps: readonly CheckpointDocument[]): Usage {
  return steps
    .flatMap(({ metadata: { usage, context } }) => [usage, context?.summary_usage])
    .reduce<Usage>(addUsage, NO_USAGE);
}

export const addUsage = (sum: Usage, usage: Usage | null | undefined): Usage =>
  usage
    ? {
        prompt_tokens: sum.prompt_tokens + usage.prompt_tokens,
        completion_tokens: sum.completion_tokens + usage.completion_tokens,
        total_tokens: sum.total_tokens + usage.total_tokens,
      }
    : sum;

/** When the run's first text arrived. */
export function firstTokenAt(steps: readonly CheckpointDocument[]): Date | null {
  const first = steps.find((step) => step.metadata.first_token_at);
  return first?.metadata.first_token_at ? new Date(first.metadata.first_token_at) : null;
}

/** Tool calls of an answer of the model. */
export const callsOf = (step: CheckpointDocument): readonly ToolCall[] =>
  step.messages.flatMap((message) => message.tool_calls ?? []);
