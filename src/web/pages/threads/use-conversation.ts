import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { growHistory } from '../../api/history.ts';
import { threadQuery } from '../../api/threads.ts';
import type { ConversationState } from '../../conversation/conversation-state.ts';
import { type Conversation, createConversation } from '../../conversation/create-conversation.ts';

/** A conversation that lives as long as the component. */
export function useConversation(threadId: string): readonly [Conversation, ConversationState] {
  const client = useQueryClient();
  const [conversation] = useState(() =>
    createConversation(threadId, () => {
      void client.invalidateQueries({ queryKey: ['threads', 'head'] });
      void growHistory(client, threadId);
      void client.invalidateQueries({ queryKey: threadQuery(threadId).queryKey });
    }),
  );
  useEffect(() => {
    conversation.start();
    return () => conversation.stop();
  }, [conversation]);
  return [conversation, useSyncExternalStore(conversation.subscribe, conversation.getState)];
}
