import { type AppendMessage, useExternalStoreRuntime } from '@assistant-ui/react';
import { useMemo } from 'react';
import { checkpointOfMessage, inputCheckpointOfRun } from '../../api/history.ts';
import type { Message } from '../../api/types.ts';
import { type ConversationState, isBusy } from '../../conversation/conversation-state.ts';
import type { Conversation } from '../../conversation/create-conversation.ts';
import { textOf } from '../../conversation/text-of.ts';
import type { Turn } from '../../conversation/to-turns.ts';
import { toThreadMessage } from './to-thread-message.ts';

/** assistant-ui over our conversation: it draws and edits, the conversation decides what there is. */
export function useConversationRuntime({
  threadId,
  conversation,
  state,
  messages,
  turns,
  checkpoint,
  onFork,
}: {
  threadId: string;
  conversation: Conversation;
  state: ConversationState;
  messages: readonly Message[];
  turns: readonly Turn[];
  checkpoint: string | undefined;
  onFork: () => void;
}) {
  const send = (message: AppendMessage) => {
    const text = textIn(message);
    if (checkpoint === undefined) conversation.send(text);
    else {
      conversation.fork({ checkpointId: checkpoint, text, base: messages });
      onFork();
    }
  };
  const queue = useMemo(
    () => ({
      items: state.queue.map((run) => {
        const text = run.input.map(({ content }) => textOf(content)).join('\n');
        return { id: run.run_id, prompt: text, parts: [{ type: 'text' as const, text }] };
      }),
      steerItems: [],
    }),
    [state.queue],
  );
  return useExternalStoreRuntime<Turn>({
    messages: turns,
    convertMessage: toThreadMessage,
    isRunning: checkpoint === undefined && isBusy(state) && state.live?.ended !== true,
    onNew: async (message) => send(message),
    onEdit: async (message) => {
      const at = messages.findIndex(({ id }) => id === message.sourceId);
      const edited = messages[at];
      if (!edited) return;
      const checkpointId = await checkpointOfMessage(threadId, edited);
      conversation.fork({ checkpointId, text: textIn(message), messageId: edited.id, base: messages.slice(0, at) });
      onFork();
    },
    onReload: async (parentId) => {
      const asked = turns.findIndex(({ id }) => id === parentId);
      const runId = turns[asked + 1]?.runId;
      if (!runId) return;
      const checkpointId = await inputCheckpointOfRun(threadId, runId);
      conversation.fork({ checkpointId, text: null, base: turns.slice(0, asked + 1).flatMap((turn) => turn.messages) });
      onFork();
    },
    onCancel: async () => {
      if (state.live) conversation.cancel(state.live.runId);
    },
    queue: {
      ...queue,
      enqueue: send,
      steer: send,
      move: ignore,
      edit: ignore,
      remove: (runId) => conversation.cancel(runId),
    },
  });
}

/** The order of queued runs is the order in which they were accepted; it is not changed. */
const ignore = (): void => undefined;

const textIn = ({ content }: AppendMessage): string =>
  content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
