/**
 * Tool calls of one answer of the model, executed at the same time and committed together.
 *
 * What may run twice: nothing silently. A record `<run>:<step>:<i>` is written before a call and completed after it. After a take-over a completed call is reused; one
 * that was only started is repeated if its tool is idempotent, and otherwise the model is told `outcome_unknown`, because nobody can know whether it took effect.
 */
import { newId } from '../../shared/domain/ids.ts';
import type { Message, ToolCall } from '../../shared/domain/message.ts';
import type { RunError } from '../../shared/domain/run.ts';
import type { SchemaChecks } from '../../shared/json-schema/schema-cache.ts';
import type { RunDocument, ToolCallDocument, ToolTiming } from '../../shared/mongo/documents.ts';
import { type ToolCallRepository, toolCallKey } from '../../shared/mongo/tool-call-repository.ts';
import type { RunEventWriter } from '../../shared/run-events/run-event-writer.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { BuiltinTool } from '../tools/tool.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import { capResult } from './cap-result.ts';
import { checkArguments } from './check-arguments.ts';
import type { StepContent } from './commit-step.ts';
import { executeTool, failure, type ToolResult } from './execute-tool.ts';

export interface ToolsStepDeps {
  readonly toolCalls: ToolCallRepository;
  readonly tools: ReadonlyMap<string, BuiltinTool>;
  readonly checkSchema: SchemaChecks;
  readonly events: RunEventWriter;
  readonly tracing: Pick<Tracing, 'span'>;
  readonly metrics: Pick<WorkerMetrics, 'toolCalled'>;
}

export type ToolsStep =
  | { readonly kind: 'content'; readonly content: StepContent }
  /** These are the client's to execute; the others are done. */
  | { readonly kind: 'requires_action'; readonly calls: readonly ToolCall[] };

/** @throws the signal's reason when aborted. */
export async function toolsStep(
  deps: ToolsStepDeps,
  run: RunDocument,
  step: number,
  calls: readonly ToolCall[],
  signal: AbortSignal,
): Promise<ToolsStep> {
  const startedAt = new Date().toISOString();
  const earlier = new Map(
    (await deps.toolCalls.ofStep(run.project_id, run._id, step)).map((record) => [record._id, record]),
  );
  const clientTools = new Map(
    run.options.tools.flatMap((tool) =>
      tool.type === 'function' ? [[tool.function.name, tool.function] as const] : [],
    ),
  );
  const waiting: ToolCall[] = [];

  const outcomes = await Promise.all(
    calls.map(async (call, index) => {
      const key = toolCallKey(run._id, step, index);
      const record = earlier.get(key) ?? null;
      const clientTool = clientTools.get(call.name);
      const invalid = clientTool ? checkArguments(clientTool.parameters, call.arguments, deps.checkSchema) : null;
      if (clientTool && !invalid && record?.status !== 'done') {
        waiting.push(call);
        return null;
      }
      const outcome = invalid
        ? toOutcome(run, call, invalid, new Date(startedAt), new Date())
        : await perform(deps, { run, step, key, call, record, signal });
      deps.events.emit('tool_result', {
        message_id: outcome.message.id,
        tool_call_id: call.id,
        name: call.name,
        content: outcome.message.content,
        status: outcome.timing.status === 'failed' ? 'error' : 'completed',
        duration_ms: outcome.timing.duration_ms,
      });
      return outcome;
    }),
  );
  signal.throwIfAborted();
  if (waiting.length > 0) return { kind: 'requires_action', calls: calls.filter((call) => waiting.includes(call)) };

  const done = outcomes.filter((outcome) => outcome !== null);
  return {
    kind: 'content',
    content: {
      source: 'tools',
      messages: done.map(({ message }) => message),
      metadata: {
        started_at: startedAt,
        finished_at: new Date().toISOString(),
        tools: done.map(({ timing }) => timing),
      },
    },
  };
}

interface Call {
  readonly run: RunDocument;
  readonly step: number;
  readonly key: string;
  readonly call: ToolCall;
  readonly record: ToolCallDocument | null;
  readonly signal: AbortSignal;
}

async function perform(deps: ToolsStepDeps, { run, step, key, call, record, signal }: Call) {
  const startedAt = record?.started_at ?? new Date();
  const result = record?.result ?? (await timed());
  return toOutcome(run, call, result, startedAt, record?.finished_at ?? new Date());

  async function timed(): Promise<ToolResult> {
    const from = performance.now();
    const fresh = await deps.tracing.span(
      `execute_tool ${call.name}`,
      { attributes: { 'gen_ai.tool.name': call.name, 'gen_ai.tool.call.id': call.id } },
      async (span) => {
        const done = await resolve();
        span.set({ 'error.type': done.error?.code });
        return done;
      },
    );
    deps.metrics.toolCalled({ name: call.name, failed: fresh.error !== null, ms: performance.now() - from });
    return fresh;
  }

  async function resolve(): Promise<ToolResult> {
    const tool = deps.tools.get(call.name);
    const context = { signal, idempotencyKey: key, projectId: run.project_id };
    if (!tool || !isOffered(run, call.name)) return failure('unknown_tool', `There is no tool "${call.name}".`);
    const existing =
      record ??
      (await deps.toolCalls.start({
        _id: key,
        project_id: run.project_id,
        thread_id: run.thread_id,
        run_id: run._id,
        step,
        tool_call_id: call.id,
        name: call.name,
        attempt: run.attempt,
      }));
    if (existing?.result) return existing.result;
    if (existing && !tool.idempotent)
      return failure(
        'outcome_unknown',
        'The call was started before an interruption. Whether it took effect is not known.',
      );
    if (existing) await deps.toolCalls.restart(key, run.attempt);
    const fresh = await executeTool(tool, call, context);
    const kept = { ...fresh, content: capResult(fresh.content) };
    await deps.toolCalls.done(key, kept);
    return kept;
  }
}

/** The model may only call what its run was given, whatever else this worker could do. */
const isOffered = (run: RunDocument, name: string): boolean =>
  run.options.tools.some((tool) => tool.type === 'builtin' && tool.name === name);

function toOutcome(
  run: RunDocument,
  call: ToolCall,
  result: { content: string; error: RunError | null },
  startedAt: Date,
  finishedAt: Date,
) {
  const message: Message = {
    id: newId(),
    role: 'tool',
    tool_call_id: call.id,
    name: call.name,
    content: result.content,
    status: result.error ? 'error' : 'completed',
    run_id: run._id,
    created_at: finishedAt.toISOString(),
  };
  const timing: ToolTiming = {
    tool_call_id: call.id,
    message_id: message.id,
    name: call.name,
    status: result.error ? 'failed' : 'completed',
    error: result.error,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    duration_ms: finishedAt.getTime() - startedAt.getTime(),
  };
  return { message, timing };
}
