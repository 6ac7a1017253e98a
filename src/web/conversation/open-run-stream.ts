import { ApiError, unreachable } from '../api/api-error.ts';
import type { RunInput } from '../api/runs.ts';
import { send } from '../api/send.ts';

/**
 * Starts a run and gets its events in the same answer: the fastest way to the first word.
 * @returns the id of the run, and the answer that streams it @throws ApiError; the signal's reason
 */
export async function openRunStream(
  threadId: string,
  body: RunInput,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<{ runId: string; response: Response }> {
  const response = await send('/runs/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', 'idempotency-key': idempotencyKey },
    body: JSON.stringify({ thread_id: threadId, ...body }),
    signal,
  }).catch((error: unknown) => {
    throw signal.aborted ? error : unreachable();
  });
  if (!response.ok) throw new ApiError(response.status, await response.json().catch(() => ({})));
  const runId = response.headers.get('content-location')?.split('/').at(-1);
  if (runId === undefined) throw new ApiError(response.status, {});
  return { runId, response };
}
