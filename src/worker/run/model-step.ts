import type { ShownContext } from '../../shared/domain/context-policy.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { ResponseFormat } from '../../shared/domain/response-format.ts';
import type { SchemaChecks } from '../../shared/json-schema/schema-cache.ts';
import type { LlmRequest } from '../../shared/llm/llm.ts';
import type { BuiltinTool } from '../tools/tool.ts';
import { callModel, type ModelCall } from './call-model.ts';
import { checkOutput, repairRequest } from './check-output.ts';
import type { StepContent } from './commit-step.ts';
import { parseArguments } from './parse-arguments.ts';
import { type PrepareContextDeps, type PreparedContext, prepareContext } from './prepare-context.ts';
import type { RunProgress } from './run-progress.ts';
import { toLlmMessages } from './to-llm-messages.ts';
import { toLlmTools } from './to-llm-tools.ts';

export interface ModelStepDeps extends PrepareContextDeps {
  readonly tools: ReadonlyMap<string, BuiltinTool>;
  readonly checkSchema: SchemaChecks;
  /** What the model name `default` stands for. */
  readonly defaultModel: string;
  /** Aborts the run when this worker may have lost it. */
  readonly checkFence: () => void;
}

/**
 * Asks the model for the next message and streams its text.
 * @throws LlmError when the retry policy gives up; the signal's reason when aborted.
 */
export async function modelStep(deps: ModelStepDeps, progress: RunProgress, signal: AbortSignal): Promise<StepContent> {
  const { events, checkFence } = deps;
  const startedAt = new Date();
  const { model: named } = progress.run.options;
  const model = named === 'default' ? deps.defaultModel : named;
  const prepared = await prepareContext(deps, progress, model, signal);
  const onText = (messageId: string, offset: number, delta: string) => {
    checkFence();
    if (!signal.aborted) events.text(messageId, offset, delta);
  };
  const call = await callModel(deps, toRequest(deps, progress, model, prepared), onText, signal);
  return toContent(deps, progress, call, { startedAt, shown: prepared.shown });
}

function toRequest(
  { tools: builtins }: Pick<ModelStepDeps, 'tools'>,
  { run, steps }: RunProgress,
  model: string,
  { messages }: PreparedContext,
): LlmRequest {
  const { instructions, temperature, tools, response_format: format } = run.options;
  const errors = steps.at(-1)?.metadata.output_errors;
  return {
    model,
    messages: [
      ...toLlmMessages(instructions, messages),
      ...(errors ? [{ role: 'user' as const, content: repairRequest(errors) }] : []),
    ],
    ...(tools.length > 0 ? { tools: toLlmTools(tools, builtins) } : {}),
    ...(temperature === null ? {} : { temperature }),
    ...toLlmFormat(format),
  };
}

function toLlmFormat(format: ResponseFormat | null): Pick<LlmRequest, 'response_format'> {
  if (format === null || format.type === 'text') return {};
  if (format.type === 'json_object') return { response_format: format };
  const { description, strict, ...schema } = format.json_schema;
  return {
    response_format: {
      type: 'json_schema',
      json_schema: {
        ...schema,
        ...(description === undefined ? {} : { description }),
        ...(strict === undefined ? {} : { strict }),
      },
    },
  };
}

function toContent(
  { checkSchema }: Pick<ModelStepDeps, 'checkSchema'>,
  { run }: RunProgress,
  { answer, messageId, firstTokenAt, attempts }: ModelCall,
  { startedAt, shown }: { startedAt: Date; shown: ShownContext | null },
): StepContent {
  const finishedAt = new Date().toISOString();
  const isFinal = answer.finish_reason === 'stop' && answer.tool_calls.length === 0;
  const outputErrors = isFinal ? checkOutput(run.options.response_format, answer.text, checkSchema) : [];
  const isWhole = answer.finish_reason === 'stop' || answer.finish_reason === 'tool_calls';
  const message: Message = {
    id: messageId,
    role: 'assistant',
    content: answer.text,
    ...(answer.tool_calls.length > 0
      ? {
          tool_calls: answer.tool_calls.map(({ id, name, arguments: text }) => ({
            id,
            name,
            arguments: parseArguments(text),
          })),
        }
      : {}),
    status: outputErrors.length > 0 ? 'error' : isWhole ? 'completed' : 'incomplete',
    run_id: run._id,
    created_at: finishedAt,
    ...(answer.usage ? { usage: answer.usage } : {}),
  };
  return {
    source: 'model',
    messages: [message],
    metadata: {
      started_at: startedAt.toISOString(),
      first_token_at: firstTokenAt?.toISOString() ?? null,
      finished_at: finishedAt,
      model: answer.model,
      usage: answer.usage,
      finish_reason: answer.finish_reason,
      request_id: answer.request_id,
      model_attempts: attempts,
      ...(outputErrors.length > 0 ? { output_errors: [...outputErrors] } : {}),
      ...(shown ? { context: shown } : {}),
    },
  };
}
