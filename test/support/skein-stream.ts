import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { StreamEventData, StreamEventName } from '../../src/shared/domain/stream-event.ts';
import { waitFor } from './wait-for.ts';

/** One event as a client sees it. */
export type SeenEvent = {
  [N in StreamEventName]: { readonly id: string | null; readonly event: N; readonly data: StreamEventData<N> };
}[StreamEventName];

/** A client that reads an event stream. */
export interface RunStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All bytes so far as text, heartbeats left out. */
  text(): string;
  events(): SeenEvent[];
  /** The events of one kind so far. */
  all<N extends StreamEventName>(name: N): StreamEventData<N>[];
  /** Waits for an event that fits. */
  until(what: string, check: (events: SeenEvent[]) => unknown): Promise<SeenEvent[]>;
  /** Waits for the server's clean end. @throws when the connection was cut instead */
  finished(): Promise<SeenEvent[]>;
  /** How it ended, once it has. */
  readonly ended: Promise<'end' | 'cut'>;
  leave(): void;
}

/** Opens an event stream on a connection of its own. The answer may be something else than a stream: look at `status`. */
export async function openStream(
  url: string,
  options: {
    readonly method?: string;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<RunStream> {
  const { method = 'GET', body, headers } = options;
  const request = httpRequest(url, {
    method,
    agent: false,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // A client that leaves while bytes arrive.
  request.on('error', () => undefined);
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<'end' | 'cut'>((resolve) => {
    response.once('end', () => resolve('end'));
    response.once('error', () => resolve('cut'));
    response.once('close', () => resolve('cut'));
  });
  const text = () => Buffer.concat(chunks).toString().replaceAll(': heartbeat\n', '');
  const events = () => parseEvents(text());
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    events,
    all: <N extends StreamEventName>(name: N) =>
      events().flatMap(({ event, data }) => (event === name ? [data as StreamEventData<N>] : [])),
    async until(what, check) {
      await waitFor(() => Boolean(check(events())), { what: `the stream shows ${what}`, timeoutMs: 10_000 }).catch(
        (error: Error) => {
          throw new Error(`${error.message}; it showed:\n${text().slice(-4000)}`);
        },
      );
      return events();
    },
    async finished() {
      const how = await ended;
      if (how === 'cut') throw new Error(`the connection was cut after:\n${text().slice(-4000)}`);
      return events();
    },
    ended,
    leave: () => request.destroy(),
  };
}

/** Whole frames only: what follows the last blank line has not arrived yet. */
function parseEvents(text: string): SeenEvent[] {
  const frames = text.split('\n\n').slice(0, -1);
  return frames.map((frame) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    return { id: field('id') ?? null, event: field('event'), data: JSON.parse(field('data') ?? 'null') } as SeenEvent;
  });
}

/** What a client has of each message when it applies the `text` events as documented: message id → text. */
export function textsOf(events: readonly SeenEvent[]): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { event, data } of events)
    if (event === 'text')
      texts.set(data.message_id, (texts.get(data.message_id) ?? '').slice(0, data.offset) + data.delta);
  return texts;
}
