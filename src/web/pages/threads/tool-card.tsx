import type { ToolCallMessagePartProps } from '@assistant-ui/react';
import { Check, ChevronDown, CircleAlert, LoaderCircle, UserRound } from 'lucide-react';
import { Collapsible } from 'radix-ui';
import { useState } from 'react';
import type { Message } from '../../api/types.ts';
import { passagesOf, placeOf } from '../../conversation/sources-of.ts';
import { cn } from '../../ui/cn.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { useConversationScope } from './conversation-scope.ts';
import { ToolAnswerForm } from './tool-answer-form.tsx';

/** A call of a tool: what was asked with what, whether it still runs, and what came back after how long. */
export function ToolCard({ toolCallId, toolName, argsText, result, isError, artifact }: ToolCallMessagePartProps) {
  const { durations, waitingCalls, busy } = useConversationScope();
  const [open, setOpen] = useState(false);
  const waits = waitingCalls.has(toolCallId);
  const done = result !== undefined;
  const duration = durations[toolCallId] ?? lasted(artifact);
  const state = waits ? 'waits' : done ? (isError ? 'failed' : 'done') : busy ? 'running' : 'none';
  return (
    <Collapsible.Root
      open={open || waits}
      onOpenChange={setOpen}
      data-tool-card={toolName}
      data-state-of-call={state}
      className="overflow-hidden rounded-xl border border-border bg-raised shadow-xs"
    >
      <Collapsible.Trigger className="group flex w-full items-center gap-2.5 px-3.5 py-2.5 text-left text-[0.8125rem] -outline-offset-2 hover:bg-muted/60">
        <StateIcon state={state} />
        <span className="font-medium font-mono text-xs">{toolName}</span>
        <span className="min-w-0 flex-1 truncate font-mono text-faint text-xs">{oneLine(argsText)}</span>
        <span className="shrink-0 text-faint text-xs tabular-nums">
          {LABEL[state] ?? (duration === null ? '' : formatDuration(duration))}
        </span>
        <ChevronDown
          className="size-4 shrink-0 text-faint transition-transform group-data-[state=open]:rotate-180"
          aria-hidden
        />
      </Collapsible.Trigger>
      <Collapsible.Content className="border-border border-t">
        <Detail title="Arguments" text={argsText} />
        {done && <Detail title={isError ? 'Error' : 'Result'} text={pretty(String(result))} />}
        {waits && <ToolAnswerForm toolCallId={toolCallId} toolName={toolName} />}
      </Collapsible.Content>
      {done && !open && (
        <p
          className={cn(
            'truncate border-border border-t px-3.5 py-2 font-mono text-xs',
            isError ? 'text-bad' : 'text-soft',
          )}
        >
          {summaryOf(String(result))}
        </p>
      )}
    </Collapsible.Root>
  );
}

type State = 'running' | 'waits' | 'done' | 'failed' | 'none';

const LABEL: Partial<Record<State, string>> = { running: 'Running…', waits: 'Needs your answer', none: 'No result' };

function StateIcon({ state }: { state: State }) {
  const look = 'size-4 shrink-0';
  switch (state) {
    case 'running':
      return <LoaderCircle className={cn(look, 'animate-spin text-accent')} aria-label="Running" />;
    case 'waits':
      return <UserRound className={cn(look, 'text-warn')} aria-label="Waits for you" />;
    case 'failed':
    case 'none':
      return <CircleAlert className={cn(look, state === 'failed' ? 'text-bad' : 'text-faint')} aria-label="Failed" />;
    case 'done':
      return <Check className={cn(look, 'text-good')} aria-label="Done" />;
    default:
      return state satisfies never;
  }
}

const Detail = ({ title, text }: { title: string; text: string }) => (
  <div className="border-border px-3.5 py-2.5 not-first:border-t">
    <p className="mb-1 font-medium text-2xs text-faint uppercase tracking-wide">{title}</p>
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long values are scrolled with the keyboard
      tabIndex={0}
      className="max-h-72 overflow-auto whitespace-pre-wrap font-mono text-xs leading-relaxed [overflow-wrap:anywhere]"
    >
      {text}
    </pre>
  </div>
);

/** What a search found, by name; any other result as it is. */
function summaryOf(result: string): string {
  const passages = passagesOf(result);
  return passages.length === 0 ? oneLine(result) : [...new Set(passages.map(placeOf))].join(' · ');
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 300);

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** From the end of the answer that asked to the end of the call, both by the server's clock. */
function lasted(artifact: unknown): number | null {
  const { askedAt, result } = (artifact ?? {}) as { askedAt?: string; result?: Message | null };
  if (!askedAt || result?.status === 'incomplete' || !result?.created_at) return null;
  return Math.max(0, Date.parse(result.created_at) - Date.parse(askedAt));
}
