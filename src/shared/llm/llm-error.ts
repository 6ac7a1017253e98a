/**
 * Why a model call failed.
 * - `rate_limited`: 429, or the provider wants a longer wait than we grant.
 * - `model_unavailable`: 5xx, or no connection.
 * - `model_timeout`: no headers in time, or no content for too long (keep-alive comments are not content).
 * - `model_stream_incomplete`: the stream ended or broke off before a finish reason.
 * - `model_stream_invalid`: something in the stream that is no chunk, or an error event.
 * - `model_rejected`: any other refusal (4xx): the same request would be refused again.
 * - `model_auth`: 401 or 403.
 * - `model_answer_too_large`: the answer passed the cap on its size.
 * - `aborted`: the caller's signal, or the client was closed.
 */
export type LlmErrorCode =
  | 'rate_limited'
  | 'model_unavailable'
  | 'model_timeout'
  | 'model_stream_incomplete'
  | 'model_stream_invalid'
  | 'model_rejected'
  | 'model_auth'
  | 'model_answer_too_large'
  | 'aborted';

interface LlmErrorDetails {
  readonly retryable?: boolean;
  readonly retryAfterMs?: number | null;
  readonly status?: number | null;
  readonly cause?: unknown;
}

const retryableByCode: Readonly<Record<LlmErrorCode, boolean>> = {
  rate_limited: true,
  model_unavailable: true,
  model_timeout: true,
  model_stream_incomplete: true,
  model_stream_invalid: true,
  model_rejected: false,
  model_auth: false,
  model_answer_too_large: false,
  aborted: false,
};

/**
 * The one error of a model call. `message` may be shown to the owner of the run: it holds no key and no address, and
 * at most a short excerpt of what the provider said. `retryAfterMs` is the wait the provider asked for, uncapped.
 */
export class LlmError extends Error {
  override readonly name = 'LlmError';
  readonly code: LlmErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  readonly status: number | null;

  constructor(code: LlmErrorCode, message: string, details: LlmErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? retryableByCode[code];
    this.retryAfterMs = details.retryAfterMs ?? null;
    this.status = details.status ?? null;
  }
}
