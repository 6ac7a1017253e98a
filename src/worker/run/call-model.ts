import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../../shared/domain/ids.ts';
import type { Usage } from '../../shared/domain/message.ts';
import type { Llm, LlmAnswer, LlmRequest } from '../../shared/llm/llm.ts';
import { LlmError, type LlmErrorCode } from '../../shared/llm/llm-error.ts';
import { decideRetry } from '../../shared/llm/retry-policy.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { RunEventWriter } from '../../shared/run-events/run-event-writer.ts';
import type { Tracing } from '../../shared/tracing/tracing.ts';
import type { WorkerMetrics } from '../worker-metrics.ts';

export interface CallModelDeps {
  readonly llm: Llm;
  readonly events: RunEventWriter;
  readonly logger: Logger;
  /** Longest time of one call, milliseconds. */
  readonly stepTimeoutMs: number;
  readonly tracing: Pick<Tracing, 'span'>;
  readonly metrics: Pick<WorkerMetrics, 'modelCalled' | 'modelRetried'>;
}

export interface ModelCall {
  readonly answer: LlmAnswer;
  /** A new one for each attempt, so that a client drops the half message of one that failed. */
  readonly messageId: string;
  readonly firstTokenAt: Date | null;
  readonly attempts: number;
}

/**
 * Asks the model, by the retry policy.
 * @param onText each piece of text with the id of its message and its place in UTF-16 units
 * @throws LlmError when the policy gives up; the signal's reason when aborted.
 */
export async function callModel(
  deps: CallModelDeps,
  request: LlmRequest,
  onText: (messageId: string, offset: number, delta: string) => void,
  signal: AbortSignal,
): Promise<ModelCall> {
  const { events, logger, metrics, tracing } = deps;
  for (let attempts = 1; ; attempts++) {
    const messageId = newId();
    const calledAt = performance.now();
    const count = (outcome: 'ok' | LlmErrorCode, usage: Usage | null) =>
      metrics.modelCalled({ model: request.model, outcome, ms: performance.now() - calledAt, usage });
    try {
      const { answer, firstTokenAt } = await tracing.span(
        `chat ${request.model}`,
        { kind: 'client', attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': request.model } },
        async (span) => {
          const called = await callOnce(deps, request, (offset, delta) => onText(messageId, offset, delta), signal);
          span.set(answerAttributes(called.answer));
          return called;
        },
      );
      count('ok', answer.usage);
      return { answer, messageId, firstTokenAt, attempts };
    } catch (error) {
      if (error instanceof LlmError) count(signal.aborted ? 'aborted' : error.code, null);
      signal.throwIfAborted();
      if (!(error instanceof LlmError)) throw error;
      const decision = decideRetry(error, attempts, Math.random);
      logger.warn(
        // Not the error itself: what a provider says may repeat a key or a message.
        {
          code: error.code,
          status: error.status,
          model: request.model,
          model_attempt: attempts,
          decision: decision.kind,
        },
        'model call failed',
      );
      if (decision.kind === 'give_up') throw error;
      metrics.modelRetried(request.model, decision.reason);
      events.emit('retrying', { reason: decision.reason, attempt: attempts + 1, delay_ms: decision.delayMs });
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

async function callOnce(
  { llm, stepTimeoutMs }: CallModelDeps,
  request: LlmRequest,
  onText: (offset: number, delta: string) => void,
  signal: AbortSignal,
) {
  let offset = 0;
  let firstTokenAt: Date | null = null;
  const stepTimeout = AbortSignal.timeout(stepTimeoutMs);
  try {
    const answer = await llm.stream(
      request,
      {
        onText(delta) {
          if (signal.aborted) return;
          firstTokenAt ??= new Date();
          onText(offset, delta);
          offset += delta.length;
        },
      },
      AbortSignal.any([signal, stepTimeout]),
    );
    return { answer, firstTokenAt };
  } catch (error) {
    if (stepTimeout.aborted && !signal.aborted)
      throw new LlmError('model_timeout', `The answer took longer than ${stepTimeoutMs} ms.`, { cause: error });
    throw error;
  }
}
