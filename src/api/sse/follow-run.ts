import { isTerminal } from '../../shared/domain/run-status.ts';
import type { EventCursor, StreamEventData, StreamEventName } from '../../shared/domain/stream-event.ts';
import { endCursor } from '../../shared/run-events/cursor-order.ts';
import { buildFrame, containsEvent } from '../../shared/run-events/frame.ts';
import type { RunEventFollower } from '../../shared/run-events/run-event-follower.ts';
import type { RunProgress, RunSource } from './run-source.ts';
import type { SseResponse } from './sse-response.ts';

/** A run that ended in the record a moment ago may still get its `done` in the log. */
const DONE_GRACE_MS = 250;

/**
 * Sends a run's log to one client until `done`: frames as they are, and a snapshot from the record where the log has a gap. The record is
 * asked when the log was quiet for `heartbeatMs` or cannot be read, so a stream ends also when the worker died before `done`, or Redis is away.
 */
export async function followRun(options: {
  readonly response: SseResponse;
  readonly follower: RunEventFollower;
  readonly source: RunSource;
  /** As read when the request came. */
  readonly progress: RunProgress;
  readonly heartbeatMs: number;
  /** Events of the log that were sent. */
  readonly onEvents: (count: number) => void;
}): Promise<void> {
  const { response, follower, source, heartbeatMs } = options;
  let position: number | null = null;
  let { status } = options.progress;
  /** The record says that the run has ended: what the log does not show soon will not come. */
  let ended = isTerminal(status);
  let looks = 0;
  let toldAbsent = false;
  let newest: Buffer | null = null;
  let toldAction = false;

  await announce(options.progress.position);
  while (response.open) {
    const next = await follower.next(ended ? Math.min(DONE_GRACE_MS, heartbeatMs) : heartbeatMs);
    switch (next.kind) {
      case 'closed':
        return;
      case 'frames':
        toldAbsent = false;
        toldAction = false;
        newest = next.bytes.at(-1) ?? null;
        options.onEvents(next.events);
        await response.send(next.bytes);
        if (next.done) return response.end();
        break;
      case 'gap':
        await sendSnapshot(next.before);
        break;
      case 'idle':
        await onIdle(next.log);
        break;
    }
  }

  async function onIdle(log: 'caught_up' | 'absent' | 'unreachable'): Promise<void> {
    looks += 1;
    // The look that comes right after the request has read the run may be too early for `done`; a later one is not.
    if (ended && (looks > 1 || log !== 'caught_up')) return conclude();
    if (!ended && (looks > 1 || log === 'unreachable')) await ask();
    if (!response.open) return;
    if (ended) {
      // The record was read after the log: what was written in between needs one more look, unless there is no log to look at.
      if (log !== 'caught_up') await conclude();
    } else if (log === 'absent' && !toldAbsent && (status !== 'queued' || follower.position !== null)) {
      toldAbsent = true;
      await sendSnapshot(follower.position);
    } else if (status === 'requires_action' && !toldAction) {
      // The worker may have died after it had stored that the client is needed and before it could say so.
      toldAction = true;
      if (newest === null || !containsEvent(newest, 'requires_action')) await sendSnapshot(null);
    }
  }

  async function ask(): Promise<void> {
    const now = await source.status().catch(() => undefined);
    if (now === undefined) return;
    if (now === null) return endAsDeleted();
    status = now.status;
    ended = isTerminal(status);
    await announce(now.position);
  }

  async function announce(now: number | null): Promise<void> {
    if (now === position) return;
    position = now;
    if (now !== null) await response.send(frame(null, 'queued', { position: now }));
  }

  /** Also while the record cannot be reached: without the snapshot the client would not know what it misses. */
  async function load(): Promise<Awaited<ReturnType<RunSource['load']>> | undefined> {
    while (response.open) {
      try {
        return await source.load();
      } catch {
        await Promise.race([response.closed, pause(heartbeatMs)]);
      }
    }
    return undefined;
  }

  async function sendSnapshot(upTo: EventCursor | null): Promise<void> {
    const loaded = await load();
    if (loaded === undefined) return;
    if (loaded === null) return endAsDeleted();
    await response.send(frame(upTo, 'snapshot', { run: loaded.run, messages: [...loaded.messages] }));
  }

  /** The end from the record alone. */
  async function conclude(): Promise<void> {
    const loaded = await load();
    if (loaded === undefined) return;
    if (loaded === null) return endAsDeleted();
    const { run, messages } = loaded;
    await response.send(frame(follower.position, 'snapshot', { run, messages: [...messages] }));
    const { status, usage, run_id } = run;
    if (run.last_error) await response.send(frame(null, 'error', run.last_error));
    await response.send(frame(endCursor(run.attempt), 'done', { status, usage, run_id }));
    response.end();
  }

  async function endAsDeleted(): Promise<void> {
    await response.send(frame(null, 'error', { code: 'not_found', message: 'The run was deleted.' }));
    response.end();
  }
}

const frame = <N extends StreamEventName>(cursor: EventCursor | null, name: N, data: StreamEventData<N>): string =>
  buildFrame(cursor, name, JSON.stringify(data));

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
