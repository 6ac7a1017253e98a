import type { ToolCall } from '../../shared/domain/message.ts';
import type { CheckpointDocument } from '../../shared/mongo/documents.ts';
import { callsOf, type RunProgress, usageOf } from './run-progress.ts';

/** What a run does next. */
export type NextMove =
  | { readonly kind: 'commit_input' }
  | { readonly kind: 'call_model'; readonly step: number }
  | {
      readonly kind: 'run_tools';
      readonly step: number;
      readonly asked: CheckpointDocument;
      readonly calls: readonly ToolCall[];
    }
  | { readonly kind: 'complete' }
  | { readonly kind: 'incomplete'; readonly reason: IncompleteReason };

export type IncompleteReason =
  | 'max_output_tokens'
  | 'content_filter'
  | 'max_steps'
  | 'max_tool_calls'
  | 'max_total_tokens'
  | 'max_duration';

/** Decided from what is committed alone, so a resumed run decides as the first attempt would have. */
export function decideNext({ run, steps }: Pick<RunProgress, 'run' | 'steps'>): NextMove {
  const last = steps.at(-1);
  if (!last) return { kind: 'commit_input' };
  const { limits } = run.options;
  const step = (last.step ?? 0) + 1;

  switch (last.source) {
    case 'model': {
      if (last.metadata.finish_reason === 'length') return { kind: 'incomplete', reason: 'max_output_tokens' };
      if (last.metadata.finish_reason === 'content_filter') return { kind: 'incomplete', reason: 'content_filter' };
      const calls = callsOf(last);
      if (calls.length === 0) return { kind: 'complete' };
      if (steps.flatMap(callsOf).length > limits.max_tool_calls)
        return { kind: 'incomplete', reason: 'max_tool_calls' };
      return { kind: 'run_tools', step, asked: last, calls };
    }
    case 'input':
    case 'update':
    case 'tools': {
      if (steps.filter(({ source }) => source === 'model').length >= limits.max_steps)
        return { kind: 'incomplete', reason: 'max_steps' };
      if (limits.max_total_tokens !== null && usageOf(steps).total_tokens >= limits.max_total_tokens)
        return { kind: 'incomplete', reason: 'max_total_tokens' };
      return { kind: 'call_model', step };
    }
    default:
      return last.source satisfies never;
  }
}
