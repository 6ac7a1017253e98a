import type { Limits } from '../../shared/domain/limits.ts';
import type { ToolCall } from '../../shared/domain/message.ts';
import type { RunError } from '../../shared/domain/run.ts';
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
  | { readonly kind: 'incomplete'; readonly reason: IncompleteReason }
  | { readonly kind: 'failed'; readonly error: RunError };

export type IncompleteReason =
  | 'max_output_tokens'
  | 'content_filter'
  | 'max_steps'
  | 'max_tool_calls'
  | 'max_total_tokens'
  | 'max_duration';

/** How often a final answer of the wrong format is asked for again. */
const REPAIRS = 1;
/** Steps in a row in which no call could be executed at all. */
const STUCK_AFTER = 3;
const UNUSABLE: ReadonlySet<string> = new Set(['invalid_arguments', 'unknown_tool']);

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
      if (calls.length === 0) {
        const errors = last.metadata.output_errors;
        if (!errors) return { kind: 'complete' };
        if (steps.filter(({ metadata }) => metadata.output_errors).length > REPAIRS)
          return { kind: 'failed', error: { code: 'output_invalid', message: errors.join(' ') } };
        return callModel(steps, limits, step);
      }
      if (steps.flatMap(callsOf).length > limits.max_tool_calls)
        return { kind: 'incomplete', reason: 'max_tool_calls' };
      return { kind: 'run_tools', step, asked: last, calls };
    }
    case 'input':
    case 'update':
    case 'tools': {
      if (isStuck(steps))
        return {
          kind: 'failed',
          error: {
            code: 'invalid_tool_calls',
            message: `The model made calls that cannot be executed ${STUCK_AFTER} times in a row.`,
          },
        };
      return callModel(steps, limits, step);
    }
    default:
      return last.source satisfies never;
  }
}

function callModel(steps: RunProgress['steps'], limits: Limits, step: number): NextMove {
  if (steps.filter(({ source }) => source === 'model').length >= limits.max_steps)
    return { kind: 'incomplete', reason: 'max_steps' };
  if (limits.max_total_tokens !== null && usageOf(steps).total_tokens >= limits.max_total_tokens)
    return { kind: 'incomplete', reason: 'max_total_tokens' };
  return { kind: 'call_model', step };
}

/** Has the model been told in vain what is wrong with its calls? One that could be executed, with whatever result, begins the count anew. */
function isStuck(steps: RunProgress['steps']): boolean {
  const latest = steps.filter(({ source }) => source === 'tools').slice(-STUCK_AFTER);
  return (
    latest.length === STUCK_AFTER &&
    latest.every(({ metadata }) => metadata.tools?.every(({ error }) => error && UNUSABLE.has(error.code)))
  );
}
