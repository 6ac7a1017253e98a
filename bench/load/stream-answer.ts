import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { createFrameReader } from './frame-reader.ts';

/** One request whose answer is an event stream. */
export interface AnswerRequest {
  readonly agent: Agent;
  readonly url: string;
  readonly dialect: 'runs' | 'model';
  readonly body: unknown;
  /** The text the answer must have. */
  readonly expected: string;
  /** Called for each piece of text with the number of tokens in it. */
  readonly onTokens?: (count: number) => void;
}

export interface Answer {
  readonly firstTextMs: number;
  /** From the last text to the end of the stream as the stream tells it. */
  readonly doneMs: number;
  /** Why this answer does not count; null when all is well. */
  readonly problem: string | null;
}

const GIVE_UP_MS = 60_000;

/** Asks, reads the answer to its end and checks it. Never rejects: whatever goes wrong is the answer's `problem`. */
export const streamAnswer = (request: AnswerRequest): Promise<Answer> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const body = JSON.stringify(request.body);
    let firstAt = 0;
    let lastAt = 0;
    let doneAt = 0;
    let completed = false;
    let text = '';
    let stored: string | null = null;

    const settle = (failure: string | null): void => {
      clearTimeout(timer);
      resolve({ firstTextMs: firstAt - startedAt, doneMs: doneAt - lastAt, problem: failure ?? judge() });
    };
    const judge = (): string | null => {
      if (doneAt === 0) return 'the stream ended without its end event';
      if (!completed) return 'the run did not complete';
      if (text !== request.expected) return `wrong text: ${text.slice(0, 80)} (${text.length} characters)`;
      if (stored !== null && stored !== request.expected) return `wrong message: ${stored.slice(0, 80)}`;
      return null;
    };
    const read = createFrameReader(request.dialect, {
      text(delta, offset) {
        lastAt = performance.now();
        if (firstAt === 0) firstAt = lastAt;
        text = offset === null || offset === text.length ? text + delta : text.slice(0, offset) + delta;
        request.onTokens?.(countTokens(delta));
      },
      answer(whole) {
        stored = whole;
      },
      done(well) {
        doneAt = performance.now();
        completed = well;
      },
    });
    const outgoing = httpRequest(request.url, {
      method: 'POST',
      agent: request.agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    const timer = setTimeout(() => outgoing.destroy(new Error(`no end within ${GIVE_UP_MS} ms`)), GIVE_UP_MS);
    outgoing.on('error', (error) => settle(error.message));
    outgoing.on('response', (response: IncomingMessage) => {
      response.setEncoding('utf8');
      let refusal = response.statusCode === 200 ? '' : `status ${response.statusCode} `;
      const readRefusal = (piece: string): void => {
        refusal = (refusal + piece).slice(0, 300);
      };
      response.on('data', refusal === '' ? read : readRefusal);
      response.on('error', (error) => settle(error.message));
      response.on('end', () => settle(refusal === '' ? null : refusal));
    });
    outgoing.end(body);
  });

/** The fake model's tokens end in a blank and have none elsewhere. */
const countTokens = (delta: string): number => {
  let count = 0;
  for (let at = delta.indexOf(' '); at !== -1; at = delta.indexOf(' ', at + 1)) count += 1;
  return count;
};
