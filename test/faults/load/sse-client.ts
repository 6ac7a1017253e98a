import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { type EventCursor, parseCursor } from '../../../src/shared/domain/stream-event.ts';

/** One frame as it arrived. `data` is what the JSON holds. */
export interface SeenFrame {
  readonly id: EventCursor | null;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** How a connection went: an answer that was no stream, a stream that was cut, or one that the server ended. */
export type ConnectionEnd =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'cut' }
  | { readonly kind: 'end' };

/**
 * Opens one stream on a connection of its own and hands over each whole frame. A connection that cannot be made counts as cut.
 * @param options.silenceMs a connection without a byte for this long is given up, as a client behind a dead proxy must
 */
export async function readStream(options: {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly silenceMs: number;
  /** Cuts the connection, also in the middle of a stream that never ends. */
  readonly signal: AbortSignal;
  readonly onHeaders: (headers: IncomingHttpHeaders) => void;
  readonly onFrame: (frame: SeenFrame) => void;
}): Promise<ConnectionEnd> {
  const { url, method, body, silenceMs, signal } = options;
  const request = httpRequest(url, {
    method,
    agent: false,
    signal,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
  });
  request.setTimeout(silenceMs, () => request.destroy(new Error('silent')));
  request.end(body === undefined ? undefined : JSON.stringify(body));
  let response: IncomingMessage;
  try {
    [response] = (await once(request, 'response')) as [IncomingMessage];
  } catch {
    return { kind: 'cut' };
  }
  request.on('error', () => undefined);
  options.onHeaders(response.headers);
  const isStream = response.headers['content-type']?.startsWith('text/event-stream') === true;
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response as AsyncIterable<string>) {
      text += chunk;
      if (isStream) text = takeFrames(text, options.onFrame);
    }
  } catch {
    return { kind: 'cut' };
  }
  return isStream ? { kind: 'end' } : { kind: 'answer', status: response.statusCode ?? 0, body: text };
}

/** @returns what has not become a whole frame yet */
function takeFrames(text: string, onFrame: (frame: SeenFrame) => void): string {
  const parts = text.split('\n\n');
  const rest = parts.pop() ?? '';
  for (const part of parts) {
    let id: EventCursor | null = null;
    let event = '';
    let data = 'null';
    for (const line of part.split('\n')) {
      if (line.startsWith('id: ')) id = parseCursor(line.slice(4));
      else if (line.startsWith('event: ')) event = line.slice(7);
      else if (line.startsWith('data: ')) data = line.slice(6);
    }
    onFrame({ id, event, data: JSON.parse(data) as Readonly<Record<string, unknown>>, at: Date.now() });
  }
  return rest;
}
