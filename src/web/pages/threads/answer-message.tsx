import { ActionBarPrimitive, MessagePrimitive, useAuiState, useMessagePartText } from '@assistant-ui/react';
import { Activity, RefreshCw } from 'lucide-react';
import { textOf } from '../../conversation/text-of.ts';
import { Markdown } from '../../markdown/markdown.tsx';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';
import { ToolCard } from './tool-card.tsx';
import { useConversationScope } from './use-conversation.ts';
import { useTurn } from './use-turn.ts';
import { VersionPicker } from './version-picker.tsx';

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
      {!writing && turn && (
        <div className="-ml-1.5 mt-2 flex h-7 items-center gap-0.5 opacity-0 transition-opacity focus-within:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100">
          {text && <CopyButton text={() => text} label="Copy answer" />}
          {!busy && runId !== null && (
            <Tooltip hint="Answer again">
              <ActionBarPrimitive.Reload asChild>
                <Button variant="ghost" size="icon-sm" aria-label="Answer again">
                  <RefreshCw />
                </Button>
              </ActionBarPrimitive.Reload>
            </Tooltip>
          )}
          {runId !== null && (
            <Tooltip hint="What the run did">
              <Button variant="ghost" size="icon-sm" aria-label="Open the run" onClick={() => openRun(runId)}>
                <Activity />
              </Button>
            </Tooltip>
          )}
          {runId !== null && <VersionPicker runId={runId} />}
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

const PARTS = { Text, tools: { Override: ToolCard } };
