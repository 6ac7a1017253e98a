import OpenAI from 'openai';
import { classifyLlmError } from './classify-llm-error.ts';
import type { Llm, LlmAnswer, LlmRequest, LlmStreamHandlers } from './llm.ts';
import { LlmError } from './llm-error.ts';
import { createNodeFetch, IncomingResponse } from './node-fetch.ts';
import { readAnswer } from './read-answer.ts';
import { toChatRequest } from './to-chat-request.ts';

/** Where one line per model call goes, at debug level; a pino logger fits. */
interface LlmLogger {
  debug(fields: object, message: string): void;
}

interface LlmOptions {
  /** Ends in the version, like `https://api.example.com/v1`. */
  readonly baseUrl: string;
  /** Servers without keys take any text. */
  readonly apiKey: string;
  /** From the start of the call, connecting included, to the response's headers. */
  readonly headersTimeoutMs?: number;
  /** Longest time without content (text, reasoning, tool calls, usage) once the headers are there. */
  readonly idleTimeoutMs?: number;
  /** Cap on text plus tool arguments of one answer, in bytes of UTF-8. */
  readonly maxAnswerBytes?: number;
  readonly logger?: LlmLogger;
}

// The SDK stops its own timer at the headers; ours covers the same time and must win, since it knows what to say.
const SDK_TIMEOUT_MARGIN_MS = 5_000;

/**
 * Creates the model client for any server that speaks OpenAI's chat completions. The openai SDK writes the requests and
 * reads the errors; retries, time limits and the reading of the stream are ours, because the SDK's time limit ends at
 * the headers and to it a stream that ends without a finish reason is a success.
 */
export const createLlm = (options: LlmOptions): Llm => {
  const { headersTimeoutMs = 30_000, idleTimeoutMs = 60_000, maxAnswerBytes = 1024 * 1024, logger } = options;
  const transport = createNodeFetch();
  const underWay = new Set<AbortController>();
  const client = new OpenAI({
    baseURL: options.baseUrl,
    apiKey: options.apiKey === '' ? 'none' : options.apiKey,
    // Given, so that the SDK does not look for them in the environment.
    organization: null,
    project: null,
    adminAPIKey: null,
    webhookSecret: null,
    logLevel: 'off',
    maxRetries: 0,
    timeout: headersTimeoutMs + SDK_TIMEOUT_MARGIN_MS,
    fetch: transport.fetch,
  });

  const attempt = async (
    request: LlmRequest,
    handlers: LlmStreamHandlers,
    controller: AbortController,
  ): Promise<LlmAnswer> => {
    const timer = setTimeout(() => {
      controller.abort(new LlmError('model_timeout', `no answer from the model for ${headersTimeoutMs} ms`));
    }, headersTimeoutMs);
    try {
      const { signal } = controller;
      const response = await client.chat.completions.create(toChatRequest(request), { signal }).asResponse();
      clearTimeout(timer);
      if (!(response instanceof IncomingResponse)) throw new TypeError('the response is not the transport’s own');
      return await readAnswer(response.incoming, {
        handlers,
        requestedModel: request.model,
        requestId: response.headers.get('x-request-id'),
        contentType: response.headers.get('content-type') ?? '',
        idleTimeoutMs,
        maxAnswerBytes,
        signal,
      });
    } catch (error) {
      // Whatever an abort made the layers below throw, its reason is what happened.
      throw controller.signal.aborted ? controller.signal.reason : classifyLlmError(error, Date.now());
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    async stream(request, handlers, signal) {
      if (signal.aborted) throw abortedError();
      const startedAt = performance.now();
      const controller = new AbortController();
      const onAbort = (): void => controller.abort(abortedError());
      signal.addEventListener('abort', onAbort);
      underWay.add(controller);
      const log = (fields: object): void =>
        logger?.debug(
          { model: request.model, durationMs: Math.round(performance.now() - startedAt), ...fields },
          'model call',
        );
      try {
        const answer = await attempt(request, handlers, controller);
        log({ finishReason: answer.finish_reason, usage: answer.usage, requestId: answer.request_id });
        return answer;
      } catch (error) {
        log({ code: error instanceof LlmError ? error.code : 'unexpected' });
        throw error;
      } finally {
        signal.removeEventListener('abort', onAbort);
        underWay.delete(controller);
      }
    },
    async close() {
      for (const controller of underWay) controller.abort(abortedError());
      transport.close();
    },
  };
};

const abortedError = (): LlmError => new LlmError('aborted', 'the model call was aborted');
