import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../../shared/domain/ids.ts';
import type { Message, Usage } from '../../shared/domain/message.ts';
import type { Llm, LlmAnswer, LlmRequest } from '../../shared/llm/llm.ts';
import { LlmError, type LlmErrorCode } from '../../shared/llm/llm-error.ts';
import { decideRetry } from '../../shared/llm/retry-policy.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { RunEventWriter } from '../../shared/run-events/run-event-writer.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { BuiltinTool } from '../tools/tool.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';
import type { StepContent } from './commit-step.ts';
import { parseArguments } from './parse-arguments.ts';
import type { RunProgress } from './run-progress.ts';
import { toLlmMessages } from './to-llm-messages.ts';
import { toLlmTools } from './to-llm-tools.ts';

export interface ModelStepDeps {
  readonly llm: Llm;
  readonly events: RunEventWriter;
  readonly logger: Logger;
  readonly tools: ReadonlyMap<string, BuiltinTool>;
  /** What the model name `default` stands for. */
  readonly defaultModel: string;
  /** Longest time of one call, milliseconds. */
  readonly stepTimeoutMs: number;
  /** Aborts the run when this worker may have lost it. */
  readonly checkFence: () => void;
  readonly tracing: Pick<Tracing, 'span'>;
  readonly metrics: Pick<WorkerMetrics, 'modelCalled' | 'modelRetried'>;
}

/**
 * Asks the model for the next message and streams its text. A call that fails is repeated by the retry policy with a new message id, so a client drops the half
 * message of the failed one.
 * @throws LlmError when the policy gives up; the signal's reason when aborted.
 */
export async function modelStep(deps: ModelStepDeps, progress: RunProgress, signal: AbortSignal): Promise<StepContent> {
  const { events, logger, metrics, tracing } = deps;
  const { run } = progress;
  const request = toRequest(progress, deps);
  const startedAt = new Date();
  for (let attempt = 1; ; attempt++) {
    const messageId = newId();
    const calledAt = performance.now();
    const count = (outcome: 'ok' | LlmErrorCode, usage: Usage | null) =>
      metrics.modelCalled({ model: request.model, outcome, ms: performance.now() - calledAt, usage });
    try {
      const { answer, firstTokenAt } = await tracing.span(
        `chat ${request.model}`,
        { kind: 'client', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': request.model } },
        async (span) => {
          const called = await callOnce(deps, request, messageId, signal);
          span.set(answerAttributes(called.answer));
          return called;
        },
      );
      count('ok', answer.usage);
      return toContent({ answer, messageId, runId: run._id, startedAt, firstTokenAt, attempt });
    } catch (error) {
      if (error instanceof LlmError) count(signal.aborted ? 'aborted' : error.code, null);
      signal.throwIfAborted();
      if (!(error instanceof LlmError)) throw error;
      const decision = decideRetry(error, attempt, Math.random);
      logger.warn(
        // Not the error itself: what a provider says may repeat a key or a message.
        {
          code: error.code,
          status: error.status,
          model: request.model,
          model_attempt: attempt,
          decision: decision.kind,
        },
        'model call failed',
      );
      if (decision.kind === 'give_up') throw error;
      metrics.modelRetried(request.model, decision.reason);
      events.emit('retrying', { reason: decision.reason, attempt: attempt + 1, delay_ms: decision.delayMs });
      await sleep(decision.delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

const answerAttributes = ({ model, finish_reason, usage }: LlmAnswer) => ({
  'gen_ai.response.model': model,
  'gen_ai.response.finish_reason': finish_reason,
  'gen_ai.usage.input_tokens': usage?.prompt_tokens,
  'gen_ai.usage.output_tokens': usage?.completion_tokens,
});

async function callOnce(deps: ModelStepDeps, request: LlmRequest, messageId: string, signal: AbortSignal) {
  const { llm, events, stepTimeoutMs, checkFence } = deps;
  let offset = 0;
  let firstTokenAt: Date | null = null;
  const onText = (delta: string) => {
    checkFence();
    if (signal.aborted) return;
    firstTokenAt ??= new Date();
    events.text(messageId, offset, delta);
    offset += delta.length;
  };
  const stepTimeout = AbortSignal.timeout(stepTimeoutMs);
  try {
    const answer = await llm.stream(request, { onText }, AbortSignal.any([signal, stepTimeout]));
    return { answer, firstTokenAt };
  } catch (error) {
    if (stepTimeout.aborted && !signal.aborted)
      throw new LlmError('model_timeout', `The answer took longer than ${stepTimeoutMs} ms.`, { cause: error });
    throw error;
  }
}

function toRequest({ run, context }: RunProgress, { defaultModel, tools: builtins }: ModelStepDeps): LlmRequest {
  const { model, instructions, temperature, tools } = run.options;
  return {
    model: model === 'default' ? defaultModel : model,
    messages: toLlmMessages(instructions, context),
    ...(tools.length > 0 ? { tools: toLlmTools(tools, builtins) } : {}),
    ...(temperature === null ? {} : { temperature }),
  };
}

function toContent(call: {
  answer: LlmAnswer;
  messageId: string;
  runId: string;
  startedAt: Date;
  firstTokenAt: Date | null;
  attempt: number;
}): StepContent {
  const { answer, messageId, runId } = call;
  const finishedAt = new Date().toISOString();
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
    status: answer.finish_reason === 'stop' || answer.finish_reason === 'tool_calls' ? 'completed' : 'incomplete',
    run_id: runId,
    created_at: finishedAt,
    ...(answer.usage ? { usage: answer.usage } : {}),
  };
  return {
    source: 'model',
    messages: [message],
    metadata: {
      started_at: call.startedAt.toISOString(),
      first_token_at: call.firstTokenAt?.toISOString() ?? null,
      finished_at: finishedAt,
      model: answer.model,
      usage: answer.usage,
      finish_reason: answer.finish_reason,
      request_id: answer.request_id,
      model_attempts: call.attempt,
    },
  };
}
