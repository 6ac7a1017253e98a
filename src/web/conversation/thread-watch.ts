/**
 * Keeps a conversation's state as the server has it: a look at the thread now and then, and the stream of the run in front.
 *
 * What may happen twice: two looks may be under way at once, and the one that began later wins; a page of messages is merged by id; an event of a
 * rejoined stream is applied again without effect.
 */
import { ApiError, sentenceOf } from '../api/api-error.ts';
import type { Page } from '../api/client.ts';
import { listMessages } from '../api/runs.ts';
import type { Message } from '../api/types.ts';
import { type ConversationState, cutAtFork } from './conversation-state.ts';
import type { ConversationStore } from './conversation-store.ts';
import { followRun } from './follow-run.ts';
import { applyRunEvent, startLiveRun } from './live-run.ts';
import { mergeTail } from './merge-tail.ts';
import { readRuns } from './read-runs.ts';

/** How often the thread is looked at for what others do, while the page is visible. */
const LOOK_MS = 3_000;

/** A run whose id is on its way. */
const OPENING = Symbol('opening');

export interface ThreadWatch {
  /** Looks at the thread, and goes on looking until `stop`. @param signal ends everything that is under way */
  start(signal: AbortSignal): void;
  stop(): void;
  /** Reads what is there and follows the run in front, if any. Never rejects: what is shown stays when the server cannot be asked. */
  look(): Promise<void>;
  /** Follows the run that `open` starts. Settles when it has been accepted. @throws what `open` throws */
  followNew(open: () => Promise<{ runId: string; response: Response }>): Promise<void>;
  isFollowing(): boolean;
}

/** @param onRunEnd a run that was followed has ended */
export function createThreadWatch({
  threadId,
  store,
  onRunEnd,
}: {
  threadId: string;
  store: ConversationStore;
  onRunEnd: () => void;
}): ThreadWatch {
  let lifetime = new AbortController().signal;
  let following: string | typeof OPENING | null = null;
  /** Looks are counted, because their answers may come out of order. */
  let asked = 0;
  let shown = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  /** Of what is loaded at this very moment: an older page may have come while this one was read. */
  function withTail(page: Page<Message>): Pick<ConversationState, 'messages' | 'older'> {
    const state = store.get();
    const { messages, joined } = mergeTail(state.messages, page.items, page.next === null);
    return { messages: cutAtFork(messages, state), older: joined && page.next !== null ? state.older : page.next };
  }

  async function read(signal: AbortSignal): Promise<void> {
    const mine = ++asked;
    const [page, runs] = await Promise.all([listMessages(threadId, null, signal), readRuns(threadId, signal)]);
    // A later look has answered first: what this one saw is old.
    if (mine < shown) return;
    shown = mine;
    const seen = { ...withTail(page), phase: 'ready' } as const;
    if (following !== null) {
      // The stream says when it is over; meanwhile only what waits behind is news.
      const watched = runs.open.find(({ run_id }) => run_id === following);
      const waiting = runs.open.filter((run) => run !== watched && run.status === 'queued');
      store.set({
        ...seen,
        ...(following === OPENING ? {} : { queue: waiting }),
        ...(watched ? { liveRun: watched } : {}),
      });
      return;
    }
    const [front, ...queue] = runs.open;
    const { pending } = store.get();
    store.set({
      ...seen,
      error: null,
      connection: 'open',
      queue,
      lastRun: runs.lastRun,
      live: front ? startLiveRun(front.run_id, front.status) : null,
      liveRun: front ?? null,
      // What was sent is stored now, or waits in a run.
      pending: pending?.error ? pending : null,
    });
    if (front) void follow(front.run_id);
  }

  async function look(): Promise<void> {
    const signal = lifetime;
    try {
      await read(signal);
    } catch (error) {
      if (signal.aborted) return;
      const gone = error instanceof ApiError && error.status === 404;
      if (gone) clearInterval(timer);
      if (store.get().phase === 'ready' && !gone) store.set({ connection: 'lost' });
      else store.set({ phase: 'failed', error });
    }
  }

  async function follow(runId: string, first?: Response): Promise<void> {
    following = runId;
    const signal = lifetime;
    try {
      await followRun({
        runId,
        signal,
        ...(first ? { first } : {}),
        onEvent(event) {
          const { live } = store.get();
          if (live?.runId === runId) store.setSoon({ live: applyRunEvent(live, event) });
        },
        onConnection(connection) {
          if (store.get().connection !== connection) store.set({ connection });
        },
      });
    } catch (error) {
      if (!signal.aborted) store.set({ notice: sentenceOf(error) });
    }
    if (signal.aborted) return;
    following = null;
    onRunEnd();
    await look();
  }

  return {
    start(signal) {
      lifetime = signal;
      const lookIfSeen = () => {
        if (document.visibilityState === 'visible' || store.get().phase !== 'ready') void look();
      };
      lookIfSeen();
      timer = setInterval(lookIfSeen, LOOK_MS);
    },
    stop() {
      clearInterval(timer);
      following = null;
    },
    look,
    async followNew(open) {
      following = OPENING;
      try {
        const { runId, response } = await open();
        store.set({ live: startLiveRun(runId, 'in_progress'), liveRun: null });
        void follow(runId, response);
      } catch (error) {
        following = null;
        throw error;
      }
    },
    isFollowing: () => following !== null,
  };
}
