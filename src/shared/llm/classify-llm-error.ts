import { APIConnectionError, APIError, OpenAIError } from 'openai';
import { LlmError } from './llm-error.ts';
import { parseRetryAfter } from './parse-retry-after.ts';

const EXCERPT = 300;

/**
 * Turns what the openai SDK threw before an answer began into an `LlmError`. Anything that is not the SDK's own comes
 * back as it is: it is a mistake in our code, not in the model, and must not be retried or shown.
 */
export const classifyLlmError = (error: unknown, nowMs: number): unknown => {
  if (error instanceof LlmError) return error;
  if (error instanceof APIConnectionError) {
    return new LlmError('model_unavailable', `no connection to the model${socketCode(error)}`, { cause: error });
  }
  if (error instanceof APIError) return classifyStatus(error, nowMs);
  if (error instanceof OpenAIError) {
    return new LlmError('model_rejected', 'the request to the model could not be made', { cause: error });
  }
  return error;
};

const classifyStatus = (error: APIError, nowMs: number): LlmError => {
  const status: number = error.status ?? 502;
  const retryAfterMs = error.headers === undefined ? null : parseRetryAfter(error.headers, nowMs);
  const details = { status, retryAfterMs, cause: error };
  const said = error.message.slice(0, EXCERPT);
  // What a provider says about a key may quote parts of it.
  if (status === 401 || status === 403) {
    return new LlmError('model_auth', `the model refused the API key (status ${status})`, { status });
  }
  // An exhausted balance is reported as a rate limit, but waiting does not fill it.
  if (status === 429) {
    return new LlmError('rate_limited', said, { ...details, retryable: error.code !== 'insufficient_quota' });
  }
  if (status === 408) return new LlmError('model_timeout', said, details);
  // 409 and 425 ask for a repetition of the same request, as a server error does.
  if (status >= 500 || status === 409 || status === 425) return new LlmError('model_unavailable', said, details);
  return new LlmError('model_rejected', said, details);
};

const socketCode = (error: Error): string => {
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
};
