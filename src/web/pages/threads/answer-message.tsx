import { ActionBarPrimitive, MessagePrimitive, useAuiState, useMessagePartText } from '@assistant-ui/react';
import { Activity, RefreshCw } from 'lucide-react';
import { textOf } from '../../conversation/text-of.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { IconButton } from '../../ui/icon-button.tsx';
import { useConversationScope } from './conversation-scope.ts';
import { LazyAnswerSources, LazyToolCard, LazyVersionPicker } from './lazy-parts.tsx';
import { useTurn } from './use-turn.ts';

export function AnswerMessage() {
  const turn = useTurn();
  const { openRun, busy } = useConversationScope();
  const writing = useAuiState(({ message }) => message.status?.type === 'running');
  const runId = turn?.runId ?? null;
  const usage = turn?.messages.reduce((sum, message) => sum + (message.usage?.total_tokens ?? 0), 0) ?? 0;
  const text = turn?.messages
    .filter(({ role }) => role === 'assistant')
    .map(({ content }) => textOf(content))
    .join('\n\n')
    .trim();
  return (
    <MessagePrimitive.Root className="group">
      <div className="space-y-4">
        <MessagePrimitive.Parts components={PARTS} />
        {writing && !text && !turn?.messages.some(({ tool_calls: calls }) => calls?.length) && <Thinking />}
      </div>
      {!writing && turn && <LazyAnswerSources turn={turn} />}
      {!writing && turn && (
        <div className="-ml-1.5 mt-2 flex h-7 items-center gap-0.5 opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          {text && <CopyButton text={() => text} label="Copy answer" />}
          {!busy && runId !== null && (
            <ActionBarPrimitive.Reload asChild>
              <IconButton label="Answer again">
                <RefreshCw />
              </IconButton>
            </ActionBarPrimitive.Reload>
          )}
          {runId !== null && (
            <IconButton label="Open the run" hint="What the run did" onClick={() => openRun(runId)}>
              <Activity />
            </IconButton>
          )}
          {runId !== null && <LazyVersionPicker runId={runId} />}
          {usage > 0 && (
            <span className="ml-1.5 text-faint text-xs tabular-nums">{usage.toLocaleString('en')} tokens</span>
          )}
        </div>
      )}
    </MessagePrimitive.Root>
  );
}

function Text() {
  const { text, status } = useMessagePartText();
  return <Markdown text={text} writing={status.type === 'running'} />;
}

/** Nothing has come yet. */
const Thinking = () => (
  <p role="status" className="flex h-7 items-center gap-1.5" aria-label="Waiting for the answer">
    <span className="size-1.5 animate-breathe rounded-full bg-faint" />
    <span className="size-1.5 animate-breathe rounded-full bg-faint [animation-delay:200ms]" />
    <span className="size-1.5 animate-breathe rounded-full bg-faint [animation-delay:400ms]" />
  </p>
);

const PARTS = { Text, tools: { Override: LazyToolCard } };
