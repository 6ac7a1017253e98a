import { ApiError } from '../api/api-error.ts';
import { send } from '../api/send.ts';
import { readEvents } from './read-events.ts';
import { parseRunEvent, type RunEvent } from './run-event.ts';

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 8_000;

/**
 * Watches a run until it has ended, whatever happens to the connection: it rejoins after the last event it had, at growing intervals, and at once when
 * the browser says that it is online again.
 * @param first an answer that streams this run already (of the request that started it)
 * @returns when the run has ended or was deleted @throws ApiError when the server refuses; the signal's reason
 */
export async function followRun(options: {
  readonly runId: string;
  readonly first?: Response;
  readonly signal: AbortSignal;
  onEvent(event: RunEvent): void;
  onConnection(state: 'open' | 'lost'): void;
}): Promise<void> {
  const { runId, signal, onEvent, onConnection } = options;
  let { first } = options;
  let lastId: string | undefined;
  let wait = FIRST_WAIT_MS;
  for (;;) {
    try {
      const response = first ?? (await join(runId, lastId, signal));
      first = undefined;
      if (response.status === 204) return;
      onConnection('open');
      for await (const { id, event, data } of readEvents(response)) {
        wait = FIRST_WAIT_MS;
        const parsed = parseRunEvent(event ?? 'message', data);
        if (id !== undefined) lastId = id;
        if (!parsed) continue;
        onEvent(parsed);
        if (parsed.name === 'done' || (parsed.name === 'error' && parsed.data.code === 'not_found')) return;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) throw error;
    }
    signal.throwIfAborted();
    onConnection('lost');
    await pause(wait * (0.75 + Math.random() / 2), signal);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }
}

async function join(runId: string, lastId: string | undefined, signal: AbortSignal): Promise<Response> {
  const response = await send(`/runs/${runId}/stream`, {
    headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
    signal,
    cache: 'no-store',
  });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  return response;
}

/** @throws the signal's reason */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
