import { createContext, use } from 'react';

/** What the parts of a message need that assistant-ui does not carry. */
export interface ConversationScope {
  readonly threadId: string;
  /** Milliseconds by tool call id, of the run that is watched. */
  readonly durations: Readonly<Record<string, number>>;
  /** Calls that wait for the person. */
  readonly waitingCalls: ReadonlySet<string>;
  /** An answer is being written to what is shown. */
  readonly busy: boolean;
  answerCall(toolCallId: string, output: string): void;
  openRun(runId: string): void;
  /** null: the newest. */
  showCheckpoint(checkpointId: string | null): void;
  /** To the composer, whatever is over it. */
  continueHere(): void;
}

export const ConversationContext = createContext<ConversationScope | null>(null);

export function useConversationScope(): ConversationScope {
  const scope = use(ConversationContext);
  if (!scope) throw new Error('outside of a conversation');
  return scope;
}
