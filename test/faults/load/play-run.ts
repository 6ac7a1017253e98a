import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventCursor, formatCursor } from '../../../src/shared/domain/stream-event.ts';
import type { RunPlan } from './plan-run.ts';
import { readStream, type SeenFrame } from './sse-client.ts';

/** One run as a client lived through it. */
export interface PlayedRun {
  readonly plan: RunPlan;
  readonly threadId: string;
  /** Null: never accepted. */
  runId: string | null;
  readonly frames: SeenFrame[];
  connections: number;
  /** The API that the newest connection went to. */
  api: string;
  /** Statuses of answers that were not a stream. */
  readonly refusals: number[];
  /** How often the client executed each of its tool calls. */
  readonly effects: Map<string, number>;
  done: boolean;
  readonly problems: string[];
}

const PAUSE_MS = 200;

/**
 * Sends a run and follows it to `done`, as a good client does: the same Idempotency-Key until it is accepted, `Last-Event-ID` after a cut, each of its own tool calls
 * executed once and delivered with a key of its own.
 * @param giveUpMs after this long it ends with the problem "no end", also in the middle of a stream that only says that it lives
 */
export async function playRun(options: {
  readonly pickApi: () => string;
  readonly threadId: string;
  readonly plan: RunPlan;
  readonly giveUpMs: number;
  readonly silenceMs: number;
  /** Accepted by `POST /runs` and then followed; else by `POST /runs/stream`. */
  readonly background: boolean;
  /** A proxy on the way may answer 500; else that is a problem. */
  readonly distrust: boolean;
  /** Ends it at once: nobody asks any more what comes of it. */
  readonly abandoned: AbortSignal;
  /** Gets the run at its beginning, to watch it. */
  readonly onStart: (played: PlayedRun) => void;
}): Promise<PlayedRun> {
  const { pickApi, threadId, plan, distrust } = options;
  const acceptAt = options.background ? '/runs' : '/runs/stream';
  const givenUp = AbortSignal.any([AbortSignal.timeout(options.giveUpMs), options.abandoned]);
  const key = randomUUID();
  const played: PlayedRun = {
    plan,
    threadId,
    runId: null,
    frames: [],
    connections: 0,
    api: '',
    refusals: [],
    effects: new Map(),
    done: false,
    problems: [],
  };
  options.onStart(played);
  const body = { thread_id: threadId, input: plan.userText };
  let last: EventCursor | null = null;
  /** Each goes on until it has an answer that it can believe, also when the run is long over. */
  const deliveries: Promise<void>[] = [];

  const onFrame = (frame: SeenFrame): void => {
    played.frames.push(frame);
    if (frame.id !== null) last = frame.id;
    if (frame.event === 'done') played.done = true;
    if (frame.event === 'requires_action' || frame.event === 'snapshot') deliveries.push(deliver(callsOf(frame)));
  };

  async function deliver(callIds: readonly string[]): Promise<void> {
    const fresh = callIds.filter((id) => !played.effects.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) played.effects.set(id, 1);
    const deliveryKey = randomUUID();
    const outputs = { tool_outputs: fresh.map((id) => ({ tool_call_id: id, output: 'counted' })) };
    for (; !givenUp.aborted; await sleep(PAUSE_MS)) {
      const status = await post(`${pickApi()}/runs/${played.runId}/tool_outputs`, outputs, deliveryKey);
      if (status === 500 && !distrust) played.problems.push('tool_outputs answered 500');
      if (status === 202 || status === 409 || status === 404 || status === 422) return;
    }
    played.problems.push('tool outputs were never taken');
  }

  for (; !played.done; await sleep(PAUSE_MS)) {
    if (givenUp.aborted) {
      played.problems.push('no end');
      break;
    }
    played.connections += 1;
    played.api = pickApi();
    const rejoin = played.runId !== null;
    const end = await readStream({
      url: rejoin ? `${played.api}/runs/${played.runId}/stream` : `${played.api}${acceptAt}`,
      method: rejoin ? 'GET' : 'POST',
      headers: rejoin ? (last === null ? {} : { 'last-event-id': formatCursor(last) }) : { 'idempotency-key': key },
      ...(rejoin ? {} : { body }),
      silenceMs: options.silenceMs,
      signal: givenUp,
      onHeaders(headers) {
        played.runId ??= headers['content-location']?.split('/').at(-1) ?? null;
      },
      onFrame,
    });
    if (end.kind === 'end' && !played.done) {
      const deleted = played.frames.at(-1)?.data.code === 'not_found';
      played.problems.push(deleted ? 'deleted' : 'a clean end without done');
      break;
    }
    if (end.kind !== 'answer' || end.status === 202) continue;
    played.refusals.push(end.status);
    if (end.status === 500 && !distrust) played.problems.push(`answered 500: ${end.body.slice(0, 200)}`);
    if (end.status === 204 || (end.status >= 400 && end.status < 500 && end.status !== 429)) {
      if (end.status !== 204) played.problems.push(`answered ${end.status}: ${end.body.slice(0, 200)}`);
      else played.problems.push('204 before done was seen');
      break;
    }
  }
  await Promise.all(deliveries);
  return played;
}

/** Ids of the calls that wait for the client. */
function callsOf({ event, data }: SeenFrame): string[] {
  const holder =
    event === 'snapshot'
      ? ((data.run as Record<string, unknown>).required_action as Record<string, unknown> | null)
      : data;
  const calls = (holder?.tool_calls ?? []) as readonly { id: string }[];
  return calls.map((call) => call.id);
}

/** @returns the status; 0 when there was no answer */
async function post(url: string, body: unknown, key: string): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
