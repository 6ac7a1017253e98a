import { ComposerPrimitive } from '@assistant-ui/react';
import { ArrowUp, Clock, LoaderCircle, Square, X } from 'lucide-react';
import { type ConversationState, isBusy } from '../../conversation/conversation-state.ts';
import type { Conversation } from '../../conversation/create-conversation.ts';
import { textOf } from '../../conversation/text-of.ts';
import { Button } from '../../ui/button.tsx';
import { Tooltip } from '../../ui/tooltip.tsx';

/** Enter sends, Shift+Enter breaks the line. While an answer is written, what is sent waits in line. */
export function Composer({
  state,
  conversation,
  fromPast,
}: {
  state: ConversationState;
  conversation: Conversation;
  fromPast: boolean;
}) {
  const { live } = state;
  const busy = isBusy(state) && !fromPast;
  const cancelling = live?.status === 'cancelling';
  return (
    <div className="shrink-0 px-3 pt-1 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6 sm:pb-5">
      <div className="mx-auto max-w-3xl">
        <Queue state={state} onRemove={conversation.cancel} />
        <ComposerPrimitive.Root className="relative rounded-2xl border border-border bg-raised shadow-xs transition-colors focus-within:border-ring">
          <ComposerPrimitive.Input
            autoFocus
            aria-label="Message"
            placeholder={
              fromPast ? 'Continue from here…' : busy ? 'Send the next message, it waits in line…' : 'Write a message…'
            }
            maxRows={12}
            cancelOnEscape={false}
            className="block w-full resize-none bg-transparent px-4 pt-3.5 pb-12 text-[0.9375rem] leading-relaxed outline-none placeholder:text-faint"
          />
          <div className="absolute inset-x-2 bottom-2 flex items-center justify-between gap-2">
            <span className="hidden select-none pl-2 text-faint text-xs sm:block">
              <kbd className="font-sans">Enter</kbd> sends, <kbd className="font-sans">Shift Enter</kbd> breaks the line
            </span>
            <span className="ml-auto flex items-center gap-1.5">
              {busy && live && (
                <Button
                  size="sm"
                  aria-label={cancelling ? 'Stopping the answer' : 'Stop the answer'}
                  disabled={cancelling}
                  onClick={() => conversation.cancel(live.runId)}
                >
                  {cancelling ? <LoaderCircle className="animate-spin" /> : <Square className="fill-current" />}
                  {cancelling ? 'Stopping…' : 'Stop'}
                </Button>
              )}
              <Tooltip hint={busy ? 'Send after this answer' : 'Send'} side="top">
                <ComposerPrimitive.Send asChild>
                  <Button
                    variant="primary"
                    size="icon"
                    type="submit"
                    aria-label={busy ? 'Queue message' : 'Send message'}
                  >
                    <ArrowUp />
                  </Button>
                </ComposerPrimitive.Send>
              </Tooltip>
            </span>
          </div>
        </ComposerPrimitive.Root>
      </div>
    </div>
  );
}

/** What waits behind the answer that is being written, in order. */
function Queue({ state, onRemove }: { state: ConversationState; onRemove: (runId: string) => void }) {
  if (state.queue.length === 0) return null;
  return (
    <section aria-label="Waiting messages" className="mb-2 overflow-hidden rounded-xl border border-border bg-surface">
      <p className="flex items-center gap-2 px-3.5 pt-2 text-faint text-xs">
        <Clock className="size-3.5" aria-hidden />{' '}
        {state.queue.length === 1 ? '1 message waits' : `${state.queue.length} messages wait`}
      </p>
      <ol className="max-h-32 overflow-y-auto px-1.5 pb-1.5">
        {state.queue.map((run) => {
          const text = run.input.map(({ content }) => textOf(content)).join(' ') || 'Answer again';
          return (
            <li key={run.run_id} className="flex items-center gap-2 rounded-lg py-0.5 pl-2 text-[0.8125rem]">
              <span className="min-w-0 flex-1 truncate">{text}</span>
              <Button
                variant="ghost"
                size="icon-sm"
                aria-label={`Do not send: ${text.slice(0, 60)}`}
                onClick={() => onRemove(run.run_id)}
              >
                <X />
              </Button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
