import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useState, useSyncExternalStore } from 'react';
import { threadQuery } from '../../api/threads.ts';
import type { ConversationState } from '../../conversation/conversation-state.ts';
import { type Conversation, createConversation } from '../../conversation/create-conversation.ts';

/** A conversation that lives as long as the component. */
export function useConversation(threadId: string): readonly [Conversation, ConversationState] {
  const client = useQueryClient();
  const [conversation] = useState(() =>
    createConversation(threadId, () => {
      void client.invalidateQueries({ queryKey: ['threads', 'head'] });
      void client.invalidateQueries({ queryKey: ['history', threadId] });
      void client.invalidateQueries({ queryKey: threadQuery(threadId).queryKey });
    }),
  );
  useEffect(() => {
    conversation.start();
    return () => conversation.stop();
  }, [conversation]);
  return [conversation, useSyncExternalStore(conversation.subscribe, conversation.getState)];
}

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
}

export const ConversationContext = createContext<ConversationScope | null>(null);

export function useConversationScope(): ConversationScope {
  const scope = use(ConversationContext);
  if (!scope) throw new Error('outside of a conversation');
  return scope;
}
