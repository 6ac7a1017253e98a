/**
 * A thread as one person sees it: its stored messages, the run that is being answered, and what waits. `thread-watch.ts` keeps it as the server has it;
 * here is what the person does.
 *
 * What may happen twice: a send whose answer was lost is sent again with the same Idempotency-Key, so it is one run.
 */
import { sentenceOf } from '../api/api-error.ts';
import { cancelRun, createRun, listMessages, submitToolOutputs } from '../api/runs.ts';
import type { Message } from '../api/types.ts';
import { type ConversationState, isBusy } from './conversation-state.ts';
import { createConversationStore } from './conversation-store.ts';
import { openRunStream } from './open-run-stream.ts';
import { newSend, type PendingSend, toRunInput } from './pending-send.ts';
import { notifyTabs, onTabNews } from './tab-news.ts';
import { createThreadWatch } from './thread-watch.ts';

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
  let lifetime = new AbortController();
  let leaveTabs: (() => void) | undefined;
  const store = createConversationStore();
  const tellOthers = () => {
    onActivity();
    notifyTabs(threadId);
  };
  const watch = createThreadWatch({ threadId, store, onRunEnd: tellOthers });

  async function submit(send: PendingSend): Promise<void> {
    const { signal } = lifetime;
    if (isBusy(store.get())) return enqueue(send);
    store.set({ notice: null, lastRun: null, pending: { ...send, error: null } });
    try {
      await watch.followNew(() => openRunStream(threadId, toRunInput(send), send.key, signal));
      tellOthers();
    } catch (error) {
      if (!signal.aborted) store.set({ pending: { ...send, error } });
    }
  }

  async function enqueue(send: PendingSend): Promise<void> {
    store.set({ notice: null });
    try {
      const run = await createRun(threadId, toRunInput(send), send.key);
      notifyTabs(threadId);
      if (!watch.isFollowing()) await watch.look();
      else store.set({ queue: [...store.get().queue.filter(({ run_id }) => run_id !== run.run_id), run] });
    } catch (error) {
      store.set({ pending: { ...send, error } });
    }
  }

  /** Changes the run that is watched, if it is still this one. */
  const changeLive = (runId: string, change: Partial<NonNullable<ConversationState['live']>>) => {
    const { live } = store.get();
    if (live?.runId === runId) store.set({ live: { ...live, ...change } });
  };

  return {
    getState: store.get,
    subscribe: store.subscribe,
    start() {
      lifetime = new AbortController();
      watch.start(lifetime.signal);
      leaveTabs = onTabNews((changed) => {
        if (changed === threadId) void watch.look();
      });
    },
    stop() {
      lifetime.abort(new DOMException('left the conversation', 'AbortError'));
      leaveTabs?.();
      watch.stop();
      store.reset();
    },
    send: (text) => void submit(newSend(text)),
    fork({ checkpointId, text, messageId, base }) {
      if (!isBusy(store.get())) store.set({ messages: base });
      const keepUntil = base.at(-1)?.id ?? null;
      void submit(newSend(text, { checkpointId, keepUntil, ...(messageId === undefined ? {} : { id: messageId }) }));
    },
    answerAgain: () => void submit(newSend(null)),
    retrySend() {
      const { pending } = store.get();
      if (pending) void submit(pending);
    },
    dropSend() {
      store.set({ pending: null });
      void watch.look();
    },
    cancel(runId) {
      const isLive = store.get().live?.runId === runId;
      changeLive(runId, { status: 'cancelling' });
      void cancelRun(runId).then(
        () => {
          if (!isLive) store.set({ queue: store.get().queue.filter(({ run_id }) => run_id !== runId) });
        },
        (error: unknown) => {
          changeLive(runId, { status: 'in_progress' });
          store.set({ notice: `The run could not be stopped: ${sentenceOf(error)}` });
        },
      );
    },
    answerCalls(outputs) {
      const { live } = store.get();
      if (!live) return;
      const { runId, requiredCalls, status } = live;
      changeLive(runId, { requiredCalls: [], status: 'queued' });
      void submitToolOutputs(runId, outputs).catch((error: unknown) => {
        changeLive(runId, { requiredCalls, status });
        store.set({ notice: `The answer did not arrive: ${sentenceOf(error)}` });
      });
    },
    loadOlder() {
      const { older, loadingOlder } = store.get();
      if (older === null || loadingOlder) return;
      store.set({ loadingOlder: true });
      listMessages(threadId, older, lifetime.signal).then(
        (page) => {
          const { messages } = store.get();
          const here = new Set(messages.map(({ id }) => id));
          const fresh = page.items.filter(({ id }) => !here.has(id));
          store.set({ messages: [...fresh, ...messages], older: page.next, loadingOlder: false });
        },
        () => store.set({ loadingOlder: false }),
      );
    },
    reload() {
      store.set({ phase: 'loading', error: null });
      void watch.look();
    },
  };
}
