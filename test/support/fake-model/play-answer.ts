import type { ServerResponse } from 'node:http';
import type { FakeAnswer, FakeFault } from './fake-answer.ts';
import { documentOf, EMPTY_FRAME, type Frames, framesOf } from './frames.ts';

const KEEP_ALIVE_EVERY_MS = 10;
const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8', 'x-request-id': 'req-fake' };
const JSON_TYPE = { 'content-type': 'application/json', 'x-request-id': 'req-fake' };

/** Sends an answer, with its pace and its fault. `stream` is what the client asked for. */
export const playAnswer = (answer: FakeAnswer, response: ServerResponse, stream: boolean): void => {
  if (answer.first_delay_ms) {
    const timer = setTimeout(() => play(answer, response, stream), answer.first_delay_ms);
    response.once('close', () => clearTimeout(timer));
  } else {
    play(answer, response, stream);
  }
};

const play = (answer: FakeAnswer, response: ServerResponse, stream: boolean): void => {
  const { fault } = answer;
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'status') {
    sendStatus(fault, response);
    return;
  }
  if (!stream || answer.json) {
    response.writeHead(200, JSON_TYPE).end(documentOf(answer));
    return;
  }
  const frames = framesOf(answer);
  response.writeHead(200, EVENT_STREAM);
  if (!answer.delay_ms && (fault === undefined || fault.kind === 'huge')) {
    response.end(frames.whole);
    return;
  }
  const sent = fault !== undefined && 'after' in fault ? fault.after : frames.chunks.length;
  response.flushHeaders();
  sendPaced(frames.chunks.slice(0, sent), answer.delay_ms ?? 0, response, fault?.kind === 'bytes', () =>
    finish(fault, frames, response),
  );
};

/** Keeps to the pace from the start, so that a busy machine delays single chunks but not the whole. */
const sendPaced = (
  chunks: readonly string[],
  delayMs: number,
  response: ServerResponse,
  byBytes: boolean,
  done: () => void,
): void => {
  const startedAt = performance.now();
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  response.once('close', () => clearTimeout(timer));
  const step = (): void => {
    if (response.destroyed) return;
    const chunk = chunks[next];
    if (chunk === undefined) {
      done();
      return;
    }
    next += 1;
    if (byBytes) writeBytes(chunk, response);
    else response.write(chunk);
    schedule();
  };
  const schedule = (): void => {
    if (delayMs === 0 || next === chunks.length) step();
    else timer = setTimeout(step, Math.max(0, startedAt + (next + 1) * delayMs - performance.now()));
  };
  schedule();
};

const writeBytes = (text: string, response: ServerResponse): void => {
  for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
};

const finish = (fault: FakeFault | undefined, frames: Frames, response: ServerResponse): void => {
  switch (fault?.kind) {
    case 'stall':
      if (fault.keep_alive) keepAlive(fault.keep_alive === 'comments' ? ': ping\n\n' : EMPTY_FRAME, response);
      return;
    case 'destroy':
      breakOff(response);
      return;
    case 'after_finish':
      response.write(frames.finish);
      if (fault.then === 'destroy') breakOff(response);
      return;
    case 'end':
      response.end();
      return;
    case 'done':
      response.end('data: [DONE]\n\n');
      return;
    case 'invalid_chunk':
      response.end('data: {"choices":[{"delta":{"content":"cut\n\ndata: [DONE]\n\n');
      return;
    case 'error_event':
      response.end(`data: ${JSON.stringify({ error: fault.error ?? { message: 'fake failure', code: 500 } })}\n\n`);
      return;
    case 'bytes':
      writeBytes(frames.tail, response);
      response.end();
      return;
    default:
      response.end(frames.tail);
  }
};

/** A comment takes the reset along: it is sent after what was written before has left, so the client sees that first. */
const breakOff = (response: ServerResponse): void => {
  response.write(': about to break\n\n', () => response.socket?.destroy());
};

const keepAlive = (frame: string, response: ServerResponse): void => {
  const timer = setInterval(() => response.write(frame), KEEP_ALIVE_EVERY_MS);
  response.once('close', () => clearInterval(timer));
};

const sendStatus = (fault: Extract<FakeFault, { kind: 'status' }>, response: ServerResponse): void => {
  const body = fault.body ?? { error: { message: `fake status ${fault.status}`, type: 'fake', code: null } };
  const wait = fault.retry_after;
  const retryAfter =
    typeof wait === 'object' ? new Date(Date.now() + wait.date_in_s * 1000).toUTCString() : wait?.toString();
  response
    .writeHead(fault.status, { ...JSON_TYPE, ...(retryAfter !== undefined && { 'retry-after': retryAfter }) })
    .end(JSON.stringify(body));
};
