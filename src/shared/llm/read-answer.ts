import type { IncomingMessage } from 'node:http';
import { type AnswerBuilder, createAnswerBuilder } from './answer-builder.ts';
import type { LlmAnswer, LlmStreamHandlers } from './llm.ts';
import { LlmError } from './llm-error.ts';
import { createSseParser } from './sse-parser.ts';

interface ReadAnswerOptions {
  readonly handlers: LlmStreamHandlers;
  readonly requestedModel: string;
  readonly requestId: string | null;
  readonly contentType: string;
  readonly idleTimeoutMs: number;
  readonly maxAnswerBytes: number;
  /** Aborted with the error to reject with. */
  readonly signal: AbortSignal;
}

// After the finish reason only usage and [DONE] are due: an answer is not held back, or lost, because they do not come.
const AFTER_FINISH_MS = 2_000;
// How long a server that said [DONE] may take to end its response before the connection is given up.
const DRAIN_MS = 1_000;
// JSON escapes and the frame around each delta make the body larger than the answer in it.
const BODY_FACTOR = 8;

/**
 * Reads the body of a successful response to its end and resolves with the answer, or rejects with an `LlmError`. The
 * socket goes back to the pool after a complete answer and is destroyed otherwise. Once the finish reason was seen, only
 * an abort (or a handler's exception) can still fail the call: a connection that breaks afterwards took nothing with it.
 */
export const readAnswer = (body: IncomingMessage, options: ReadAnswerOptions): Promise<LlmAnswer> =>
  new Promise((resolve, reject) => {
    const { handlers, signal } = options;
    const builder = createAnswerBuilder({
      requestedModel: options.requestedModel,
      maxAnswerBytes: options.maxAnswerBytes,
      onText: (delta) => handlers.onText(delta),
    });
    const onChunk = (chunk: unknown): void => {
      if (!builder.add(chunk)) return;
      if (builder.finished) expectEnd();
      watchdog.refresh();
    };
    let settled = false;
    const onEvent = (data: string): void => {
      // One push may hold many events: after an abort from within a handler, or after [DONE], the rest is not read.
      if (settled || data === '') return;
      if (data.startsWith('[DONE]')) settle(null);
      else onChunk(parseJson(data));
    };
    const source = isJson(options.contentType) ? createJsonSource(onChunk) : createSseParser(onEvent);

    let started = false;
    let watchdog = setTimeout(
      () => settle(new LlmError('model_timeout', `no content for ${options.idleTimeoutMs} ms`)),
      options.idleTimeoutMs,
    );
    let endExpected = false;
    const expectEnd = (): void => {
      if (endExpected || settled) return;
      endExpected = true;
      clearTimeout(watchdog);
      watchdog = setTimeout(
        () => {
          settle(null);
          body.destroy();
        },
        Math.min(AFTER_FINISH_MS, options.idleTimeoutMs),
      );
    };

    /** `failure` null: the body said it is over. */
    const settle = (failure: unknown): void => {
      if (settled) return;
      settled = true;
      clearTimeout(watchdog);
      signal.removeEventListener('abort', onAbort);
      body.off('data', onData);
      const error = outcome(builder, failure, signal);
      if (error === null) {
        drain(body);
        resolve(builder.build(options.requestId));
      } else {
        body.destroy();
        reject(error);
      }
    };

    const guarded = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        settle(error);
      }
    };
    const onAbort = (): void => settle(signal.reason);
    const onData = (text: string): void =>
      guarded(() => {
        if (!started) {
          started = true;
          handlers.onFirstByte?.();
        }
        source.push(text);
        if (source.pending > options.maxAnswerBytes * BODY_FACTOR) {
          throw new LlmError('model_answer_too_large', `the answer is larger than ${options.maxAnswerBytes} bytes`);
        }
      });

    signal.addEventListener('abort', onAbort);
    body.setEncoding('utf8');
    body.on('data', onData);
    body.on('end', () => {
      if (settled) return;
      guarded(() => source.end());
      settle(null);
    });
    // Stays for the life of the body: a socket may fail again after the promise has settled.
    const onBroken = (): void => {
      if (!settled) settle(new LlmError('model_stream_incomplete', 'the connection to the model broke off'));
    };
    body.on('error', onBroken);
    body.on('close', onBroken);
    if (signal.aborted) onAbort();
  });

/** What to reject with, null to resolve. */
const outcome = (builder: AnswerBuilder, failure: unknown, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason;
  if (failure !== null && !(failure instanceof LlmError)) return failure;
  if (failure?.code === 'model_answer_too_large') return failure;
  if (builder.finished) return null;
  return failure ?? new LlmError('model_stream_incomplete', 'the answer ended without a finish reason');
};

interface Source {
  push(text: string): void;
  end(): void;
  readonly pending: number;
}

/** A provider that ignores `stream: true` answers with one JSON document. */
const createJsonSource = (onChunk: (chunk: unknown) => void): Source => {
  const parts: string[] = [];
  let pending = 0;
  return {
    push(text) {
      parts.push(text);
      pending += text.length;
    },
    end() {
      onChunk(parseJson(parts.join('')));
    },
    get pending() {
      return pending;
    },
  };
};

const isJson = (contentType: string): boolean => /^application\/([\w.-]+\+)?json\b/i.test(contentType.trim());

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LlmError('model_stream_invalid', 'the model sent something that is not JSON', { cause });
  }
};

const drain = (body: IncomingMessage): void => {
  if (body.readableEnded || body.destroyed) return;
  const timer = setTimeout(() => body.destroy(), DRAIN_MS);
  body.once('close', () => clearTimeout(timer));
  body.resume();
};
