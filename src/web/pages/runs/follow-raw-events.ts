import { ApiError, unreachable } from '../../api/api-error.ts';
import { send } from '../../api/send.ts';
import { readEvents } from '../../conversation/read-events.ts';

/** One event as it came over the wire. */
export interface RawEvent {
  /** Null for events that are not in the log (`queued`). */
  readonly id: string | null;
  readonly name: string;
  /** The text of `data`. */
  readonly data: string;
}

const WAIT_MS = 1_500;

/**
 * The events of a run from the first one that is kept to `done`, rejoined where they were when the connection breaks. Unlike the conversation it
 * interprets nothing: an event this page does not know is an event too.
 * @returns when the run has ended @throws ApiError when the server refuses; the signal's reason
 */
export async function followRawEvents(
  runId: string,
  signal: AbortSignal,
  onEvent: (event: RawEvent) => void,
): Promise<void> {
  let lastId: string | null = null;
  for (;;) {
    try {
      const response: Response = await send(`/runs/${runId}/stream`, {
        headers: { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) },
        cache: 'no-store',
        signal,
      }).catch(() => {
        throw unreachable();
      });
      if (response.status === 204) return;
      if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
      for await (const { id, event, data } of readEvents(response)) {
        lastId = id ?? lastId;
        onEvent({ id: id ?? null, name: event ?? 'message', data });
        if (event === 'done') return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.status >= 400 && error.status < 500) throw error;
    }
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    signal.throwIfAborted();
  }
}
