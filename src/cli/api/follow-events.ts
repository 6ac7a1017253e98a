import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { unreachable } from '../cli-error.ts';
import type { Connection } from './connection.ts';
import { type Patience, persist } from './persist.ts';

/** The server is silent for longer only when it is gone: it sends a comment every few seconds. */
const SILENCE_MS = 30_000;

/**
 * Reads an event stream until `onEvent` says that it was the last event. A connection that breaks, or is silent, is opened again, from the last event had where the events have ids.
 * @throws CliError as `persist` does
 */
export async function followEvents(
  connection: Connection,
  path: string,
  patience: Patience,
  onEvent: (event: EventSourceMessage) => 'more' | 'last',
): Promise<void> {
  let lastId: string | undefined;
  await persist(patience, async (progressed) => {
    const gone = new AbortController();
    const signal = AbortSignal.any([patience.signal, gone.signal]);
    let timer: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => gone.abort(), SILENCE_MS);
    };
    try {
      heard();
      const headers = { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) };
      const response = await connection.open(path, { headers, signal });
      // Everything was had before the connection broke.
      if (response.status === 204 || !response.body) return;
      let over = false;
      const parser = createParser({
        onEvent(event) {
          if (over) return;
          lastId = event.id ?? lastId;
          over = onEvent(event) === 'last';
        },
      });
      const decoder = new TextDecoder();
      for await (const bytes of response.body) {
        heard();
        progressed();
        parser.feed(decoder.decode(bytes, { stream: true }));
        if (over) return;
      }
      throw new Error('the stream ended before its last event');
    } catch (error) {
      patience.signal.throwIfAborted();
      if (error instanceof Error && error.name === 'CliError') throw error;
      throw unreachable(connection.url, error);
    } finally {
      clearTimeout(timer);
      gone.abort();
    }
  });
}
