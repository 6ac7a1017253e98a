/**
 * A thread as one person sees it: its stored messages, the run that is being answered, and what waits. It is fed by the API and by at most one stream.
 *
 * What may happen twice: a send whose answer was lost is sent again with the same Idempotency-Key, so it is one run; an event of a rejoined stream is
 * applied again without effect; a page of messages is merged by id.
 */
import { ApiError, sentenceOf } from '../api/api-error.ts';
import type { Page } from '../api/client.ts';
import { randomId } from '../api/random-id.ts';
import { cancelRun, createRun, listMessages, type RunInput, submitToolOutputs } from '../api/runs.ts';
import type { Message } from '../api/types.ts';
import {
  type ConversationState,
  cutAtFork,
  INITIAL_CONVERSATION,
  isBusy,
  type PendingSend,
} from './conversation-state.ts';
import { followRun } from './follow-run.ts';
import { applyRunEvent, startLiveRun } from './live-run.ts';
import { mergeTail } from './merge-tail.ts';
import { openRunStream } from './open-run-stream.ts';
import { readRuns } from './read-runs.ts';
import { notifyTabs, onTabNews } from './tab-news.ts';

/** How often the thread is looked at for what others do, while the page is visible. */
const LOOK_MS = 3_000;

export interface Fork {
  readonly checkpointId: string;
  readonly text: string | null;
  readonly messageId?: string;
  readonly base: readonly Message[];
}

export interface Conversation {
  getState(): ConversationState;
  subscribe(listener: () => void): () => void;
  /** Loads and follows; undone by `stop`. */
  start(): void;
  stop(): void;
  /** Sends now, or queues behind the run that is active. */
  send(text: string): void;
  /**
   * Goes on from a checkpoint: with a text, or (null) by answering again what is there. A text with the `messageId` of a message takes its place. `base` is
   * what stays on screen until the server says what is there.
   */
  fork(fork: Fork): void;
  /** Asks the model again with what is there, without a new message. */
  answerAgain(): void;
  /** Sends again what could not be sent. */
  retrySend(): void;
  dropSend(): void;
  /** Stops the active run, or one that waits. */
  cancel(runId: string): void;
  answerCalls(outputs: readonly { tool_call_id: string; output: string }[]): void;
  loadOlder(): void;
  reload(): void;
}

/** @param onActivity a run of this thread has begun or ended: lists that show it are old */
export function createConversation(threadId: string, onActivity: () => void): Conversation {
  let state = INITIAL_CONVERSATION;
  let lifetime = new AbortController();
  let following: string | null = null;
  /** A send is under way: its own answer will say which run it is. */
  let sending = false;
  /** Looks at the thread are counted, because their answers may come out of order. */
  let asked = 0;
  let shown = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  let leaveTabs: (() => void) | undefined;
  let frame = 0;
  const listeners = new Set<() => void>();

  const notify = () => {
    for (const listener of listeners) listener();
  };
  function set(change: Partial<ConversationState>): void {
    state = { ...state, ...change };
    notify();
  }
  /** Text may come faster than a screen draws; listeners hear of it once a frame. */
  function setSoon(change: Partial<ConversationState>): void {
    state = { ...state, ...change };
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      notify();
    });
  }

  /** Of what is loaded at this very moment: an older page may have come while this one was read. */
  function withTail(page: Page<Message>): Partial<ConversationState> {
    const { messages, joined } = mergeTail(state.messages, page.items, page.next === null);
    return { messages: cutAtFork(messages, state), older: joined && page.next !== null ? state.older : page.next };
  }

  /** Reads what is there and follows the run in front, if any. Keeps what is shown when the server cannot be asked. */
  async function refresh(): Promise<void> {
    const mine = ++asked;
    const [page, runs] = await Promise.all([
      listMessages(threadId, null, lifetime.signal),
      readRuns(threadId, lifetime.signal),
    ]);
    // A later look has answered first: what this one saw is old.
    if (mine < shown) return;
    shown = mine;
    const tail = withTail(page);
    const [front, ...queue] = runs.open;
    if (following !== null || sending) {
      // The stream says when it is over; meanwhile only what waits behind is news.
      const watched = runs.open.find(({ run_id }) => run_id === following);
      const waiting = runs.open.filter((run) => run !== watched && run.status === 'queued');
      set({
        ...tail,
        phase: 'ready',
        queue: sending ? state.queue : waiting,
        ...(watched ? { liveRun: watched } : {}),
      });
      return;
    }
    set({
      ...tail,
      phase: 'ready',
      error: null,
      connection: 'open',
      queue,
      lastRun: runs.lastRun,
      live: front ? startLiveRun(front.run_id, front.status) : null,
      liveRun: front ?? null,
      // What was sent is stored now, or waits in a run.
      pending: state.pending?.error ? state.pending : null,
    });
    if (front) void follow(front.run_id);
  }

  async function follow(runId: string, first?: Response): Promise<void> {
    following = runId;
    const { signal } = lifetime;
    try {
      await followRun({
        runId,
        signal,
        ...(first ? { first } : {}),
        onEvent: (event) => {
          if (state.live?.runId === runId) setSoon({ live: applyRunEvent(state.live, event) });
        },
        onConnection: (connection) => {
          if (state.connection !== connection) set({ connection });
        },
      });
    } catch (error) {
      if (signal.aborted) return;
      set({ notice: sentenceOf(error) });
    }
    following = null;
    onActivity();
    notifyTabs(threadId);
    await refreshOrTryLater();
  }

  async function refreshOrTryLater(): Promise<void> {
    const { signal } = lifetime;
    try {
      await refresh();
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) clearInterval(timer);
      if (state.phase === 'ready' && !isGone(error)) set({ connection: 'lost' });
      else set({ phase: 'failed', error });
    }
  }

  async function submit(send: PendingSend): Promise<void> {
    const { signal } = lifetime;
    const body: RunInput = {
      input: send.hasInput ? [{ id: send.id, role: 'user', content: send.text }] : null,
      ...(send.checkpointId === null ? {} : { checkpoint_id: send.checkpointId }),
    };
    if (isBusy(state)) return enqueue(send, body);
    sending = true;
    set({ notice: null, lastRun: null, pending: { ...send, error: null } });
    try {
      const { runId, response } = await openRunStream(threadId, body, send.key, signal);
      set({ live: startLiveRun(runId, 'in_progress'), liveRun: null });
      void follow(runId, response);
      onActivity();
      notifyTabs(threadId);
    } catch (error) {
      if (!signal.aborted) set({ pending: { ...send, error } });
    } finally {
      sending = false;
    }
  }

  async function enqueue(send: PendingSend, body: RunInput): Promise<void> {
    set({ notice: null });
    try {
      const run = await createRun(threadId, body, send.key);
      notifyTabs(threadId);
      if (following === null) await refreshOrTryLater();
      else set({ queue: [...state.queue.filter(({ run_id }) => run_id !== run.run_id), run] });
    } catch (error) {
      set({ pending: { ...send, error } });
    }
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      lifetime = new AbortController();
      const look = () => {
        if (document.visibilityState !== 'visible' && state.phase === 'ready') return;
        void refreshOrTryLater();
      };
      look();
      timer = setInterval(look, LOOK_MS);
      leaveTabs = onTabNews((changed) => {
        if (changed === threadId) void refreshOrTryLater();
      });
    },
    stop() {
      lifetime.abort(new DOMException('left the conversation', 'AbortError'));
      clearInterval(timer);
      leaveTabs?.();
      cancelAnimationFrame(frame);
      frame = 0;
      following = null;
      state = INITIAL_CONVERSATION;
    },
    send(text) {
      void submit({
        id: randomId(),
        key: randomId(),
        text,
        createdAt: now(),
        checkpointId: null,
        keepUntil: null,
        hasInput: true,
        error: null,
      });
    },
    fork({ checkpointId, text, messageId, base }) {
      if (!isBusy(state)) set({ messages: base });
      void submit({
        id: messageId ?? randomId(),
        key: randomId(),
        text: text ?? '',
        createdAt: now(),
        checkpointId,
        keepUntil: base.at(-1)?.id ?? null,
        hasInput: text !== null,
        error: null,
      });
    },
    answerAgain() {
      void submit({
        id: randomId(),
        key: randomId(),
        text: '',
        createdAt: now(),
        checkpointId: null,
        keepUntil: null,
        hasInput: false,
        error: null,
      });
    },
    retrySend() {
      if (state.pending) void submit(state.pending);
    },
    dropSend() {
      set({ pending: null });
      void refreshOrTryLater();
    },
    cancel(runId) {
      const isLive = state.live?.runId === runId;
      if (isLive && state.live) set({ live: { ...state.live, status: 'cancelling' } });
      void cancelRun(runId).then(
        () => (isLive ? undefined : set({ queue: state.queue.filter(({ run_id }) => run_id !== runId) })),
        (error: unknown) => {
          if (isLive && state.live) set({ live: { ...state.live, status: 'in_progress' } });
          set({ notice: `The run could not be stopped: ${sentenceOf(error)}` });
        },
      );
    },
    answerCalls(outputs) {
      const { live } = state;
      if (!live) return;
      set({ live: { ...live, requiredCalls: [], status: 'queued' } });
      void submitToolOutputs(live.runId, outputs).catch((error: unknown) =>
        set({ live: { ...live }, notice: `The answer did not arrive: ${sentenceOf(error)}` }),
      );
    },
    loadOlder() {
      const { older, loadingOlder } = state;
      if (older === null || loadingOlder) return;
      set({ loadingOlder: true });
      listMessages(threadId, older, lifetime.signal).then(
        (page) => {
          const here = new Set(state.messages.map(({ id }) => id));
          const fresh = page.items.filter(({ id }) => !here.has(id));
          set({ messages: [...fresh, ...state.messages], older: page.next, loadingOlder: false });
        },
        () => set({ loadingOlder: false }),
      );
    },
    reload() {
      set({ phase: 'loading', error: null });
      void refreshOrTryLater();
    },
  };
}

const now = (): string => new Date().toISOString();

const isGone = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
