import { type ConversationState, INITIAL_CONVERSATION } from './conversation-state.ts';

/** What a conversation knows, and who is told when that changes. */
export interface ConversationStore {
  get(): ConversationState;
  set(change: Partial<ConversationState>): void;
  /** Text may come faster than a screen draws: listeners hear of it once a frame. */
  setSoon(change: Partial<ConversationState>): void;
  /** Forgets all, without a word to the listeners: they are gone. */
  reset(): void;
  subscribe(listener: () => void): () => void;
}

export function createConversationStore(): ConversationStore {
  let state = INITIAL_CONVERSATION;
  let frame = 0;
  const listeners = new Set<() => void>();
  const notify = () => {
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    set(change) {
      state = { ...state, ...change };
      notify();
    },
    setSoon(change) {
      state = { ...state, ...change };
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        notify();
      });
    },
    reset() {
      cancelAnimationFrame(frame);
      frame = 0;
      state = INITIAL_CONVERSATION;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
