import type { EventCursor } from '../domain/stream-event.ts';
import { compareCursors, follows } from './cursor-order.ts';
import type { PublishedBatch } from './published-batch.ts';
import type { LogPage } from './read-script.ts';
import type { RunEventHub } from './run-event-hub.ts';

/** Published batches kept for a viewer that is busy for a moment; above it the log is read instead. */
const MAX_QUEUED_BYTES = 64 * 1024;
/** Longest wait for the subscription before the first look at the log. */
const FIRST_LOOK_MS = 100;

type FramesPage = Extract<LogPage, { kind: 'frames' }>;

/**
 * What comes next in a run's log:
 * - `frames`: finished SSE frames, each event once and in order. `done`: they end with `done`. `events`: how many there are.
 * - `gap`: entries are missing; what is true up to `before` must come from Mongo. The entries that survive follow.
 * - `idle`: a look at the log brought nothing new (`caught_up`), found no log (`absent`), or failed (`unreachable`).
 * - `closed`: the follower was closed.
 */
type Followed =
  | { readonly kind: 'frames'; readonly bytes: readonly Buffer[]; readonly done: boolean; readonly events: number }
  | { readonly kind: 'gap'; readonly before: EventCursor }
  | { readonly kind: 'idle'; readonly log: 'caught_up' | 'absent' | 'unreachable' }
  | { readonly kind: 'closed' };

/** One viewer's way through a run's log. Its memory is one page or the small queue, however slow the viewer is. */
export interface RunEventFollower {
  /** Waits for news, and looks at the log when there was none for `quietMs`. One call at a time. Never rejects. */
  next(quietMs: number): Promise<Followed>;
  /** Of the last event handed out; null when there was none. */
  readonly position: EventCursor | null;
  /** Releases the subscription and ends a waiting `next`. */
  close(): void;
}

/**
 * @param options.after the viewer has everything up to here; null: nothing
 * @param options.fresh the run cannot have events yet: the log is not read before something is published (or 100 ms have passed: a
 * worker may have been faster than the subscription)
 */
export function createRunEventFollower(options: {
  readonly hub: RunEventHub;
  readonly runId: string;
  readonly after: EventCursor | null;
  readonly fresh: boolean;
}): RunEventFollower {
  const { hub, runId } = options;
  /** Up to here events were handed out. */
  let given = options.after;
  /** Up to here they are handed out, queued or held. */
  let tail = options.after;
  let queue: PublishedBatch[] = [];
  let queuedBytes = 0;
  let held: FramesPage | null = null;
  /** Nothing has been missed up to `tail`: only then is a published batch taken as it is. */
  let synced = options.fresh;
  let look = !options.fresh;
  let newest: EventCursor | null = null;
  let reading = false;
  let opening = true;
  let closed = false;
  let wake: (() => void) | null = null;

  const behind = (): boolean => newest !== null && (tail === null || compareCursors(newest, tail) > 0);
  const fits = (batch: PublishedBatch): boolean => queuedBytes + batch.bytes.length <= MAX_QUEUED_BYTES;

  const release = hub.listen(runId, {
    batch(batch) {
      opening = false;
      if (synced && !reading && !behind() && fits(batch) && follows(tail, batch.first)) {
        queue.push(batch);
        queuedBytes += batch.bytes.length;
        tail = batch.last;
      } else if (newest === null || compareCursors(batch.last, newest) > 0) newest = batch.last;
      wake?.();
    },
    resync() {
      // What a fresh run has published before its subscription stood is found by the first look, if the next batch does not show it before.
      if (opening && options.fresh) return;
      opening = false;
      synced = false;
      look = true;
      wake?.();
    },
  });

  async function wait(ms: number): Promise<'woken' | 'quiet'> {
    const { promise, resolve } = Promise.withResolvers<'woken' | 'quiet'>();
    const timer = setTimeout(resolve, ms, 'quiet');
    wake = () => resolve('woken');
    const result = await promise;
    wake = null;
    clearTimeout(timer);
    return result;
  }

  function takeQueue(): Followed {
    const bytes = queue.map((batch) => batch.bytes);
    const done = queue.at(-1)?.done ?? false;
    const events = queue.reduce((sum, batch) => sum + countEvents(batch), 0);
    given = tail;
    queue = [];
    queuedBytes = 0;
    return { kind: 'frames', bytes, done, events };
  }

  function takeHeld(page: FramesPage): Followed {
    held = null;
    given = page.last;
    return { kind: 'frames', bytes: [page.bytes], done: page.done, events: countEvents(page) };
  }

  async function readLog(): Promise<LogPage | null> {
    look = false;
    synced = false;
    newest = null;
    reading = true;
    try {
      return await hub.read(runId, tail);
    } catch {
      return null;
    } finally {
      reading = false;
    }
  }

  /** Null: nothing new in this look, but something was published meanwhile. */
  function onPage(page: LogPage | null): Followed | null {
    if (page === null) return { kind: 'idle', log: 'unreachable' };
    if (page.kind === 'frames') {
      tail = page.last;
      synced = !page.more && !look;
      look ||= page.more && !page.done;
      held = page;
      if (!page.gap) return takeHeld(page);
      return { kind: 'gap', before: { attempt: page.first.attempt, n: Math.max(page.first.n - 1, 0) } };
    }
    synced = !look;
    if (page.top !== null && tail !== null && compareCursors(page.top, tail) < 0) {
      // The log is shorter than what the viewer has: Redis lost its end, or the cursor was made up.
      tail = page.top;
      given = page.top;
      return { kind: 'gap', before: page.top };
    }
    if (behind()) return null;
    return { kind: 'idle', log: page.top === null ? 'absent' : 'caught_up' };
  }

  return {
    async next(quietMs) {
      while (!closed) {
        if (held !== null) return takeHeld(held);
        if (queue.length > 0) return takeQueue();
        if (opening) {
          await wait(FIRST_LOOK_MS);
          look ||= opening;
          opening = false;
          continue;
        }
        if (!look && !behind() && (await wait(quietMs)) === 'woken') continue;
        if (closed) break;
        if (queue.length > 0) continue;
        const followed = onPage(await readLog());
        if (followed !== null) return followed;
      }
      return { kind: 'closed' };
    },
    get position() {
      return given;
    },
    close() {
      if (closed) return;
      closed = true;
      release();
      queue = [];
      held = null;
      wake?.();
    },
  };
}

/** Numbers have no gap within an attempt. Of a part that spans attempts only the newest is counted. */
const countEvents = ({ first, last }: { readonly first: EventCursor; readonly last: EventCursor }): number =>
  first.attempt === last.attempt ? last.n - first.n + 1 : last.n + 1;
