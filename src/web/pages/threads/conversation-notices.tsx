import { CircleAlert, CircleSlash, History, type LucideIcon, RotateCw, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import type { Run } from '../../api/types.ts';
import { type ConversationState, isBusy } from '../../conversation/conversation-state.ts';
import type { Conversation } from '../../conversation/create-conversation.ts';
import { Button } from '../../ui/button.tsx';
import { cn } from '../../ui/cn.ts';
import { useConversationScope } from './conversation-scope.ts';

/** One quiet line for each thing worth knowing, between the messages and the composer. */
export function ConversationNotices({
  state,
  conversation,
  checkpoint,
  version,
  onNewest,
}: {
  state: ConversationState;
  conversation: Conversation;
  checkpoint: string | undefined;
  version: number | undefined;
  onNewest: () => void;
}) {
  const { openRun } = useConversationScope();
  const { live, lastRun, pending, connection, notice } = state;
  const busy = isBusy(state);
  const how = lastRun && !busy && checkpoint === undefined ? endOf(lastRun) : null;
  return (
    <div aria-live="polite" className="shrink-0 px-3 sm:px-6">
      <div className="mx-auto max-w-3xl space-y-1.5 pb-1.5 empty:pb-0">
        {connection === 'lost' && (
          <Notice icon={WifiOff}>
            The connection is lost. It is tried again by itself, and nothing will be missing.
          </Notice>
        )}
        {checkpoint !== undefined && (
          <Notice
            icon={History}
            tone="accent"
            action={
              <Button size="sm" onClick={onNewest}>
                Back to the newest
              </Button>
            }
          >
            You see the thread as it was{version === undefined ? '' : ` at step ${version}`}. A message you send goes on
            from here.
          </Notice>
        )}
        {busy && live?.retrying && (
          <Notice icon={RotateCw}>
            The model did not answer well ({live.retrying.reason.replaceAll('_', ' ')}). Attempt {live.retrying.attempt}{' '}
            follows.
          </Notice>
        )}
        {busy && live?.position !== null && live?.position !== undefined && live.position > 0 && (
          <Notice icon={RotateCw}>
            Waiting behind {live.position} other {live.position === 1 ? 'run' : 'runs'} of this thread.
          </Notice>
        )}
        {how && lastRun && (
          <Notice
            icon={how.icon}
            tone={how.tone}
            action={
              <>
                <Button size="sm" variant="ghost" onClick={() => openRun(lastRun.run_id)}>
                  Details
                </Button>
                {how.retry && (
                  <Button size="sm" onClick={() => conversation.answerAgain()}>
                    <RotateCw /> Try again
                  </Button>
                )}
              </>
            }
          >
            {how.text}
          </Notice>
        )}
        {pending?.error ? (
          <Notice
            icon={CircleAlert}
            tone="bad"
            action={
              <>
                <Button size="sm" variant="ghost" onClick={conversation.dropSend}>
                  Discard
                </Button>
                <Button size="sm" onClick={conversation.retrySend}>
                  <RotateCw /> Send again
                </Button>
              </>
            }
          >
            Not sent. {sentenceOf(pending.error)}
          </Notice>
        ) : null}
        {notice !== null && (
          <Notice icon={CircleAlert} tone="bad">
            {notice}
          </Notice>
        )}
      </div>
    </div>
  );
}

type Tone = 'quiet' | 'accent' | 'bad';

const TONES: Record<Tone, string> = {
  quiet: 'bg-muted text-soft',
  accent: 'bg-accent-soft text-foreground',
  bad: 'bg-bad-soft text-foreground',
};

function Notice({
  icon: Icon,
  tone = 'quiet',
  action,
  children,
}: {
  icon: LucideIcon;
  tone?: Tone;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      className={cn(
        'flex animate-fade-in flex-wrap items-center gap-x-3 gap-y-1.5 rounded-xl px-3.5 py-2 text-[0.8125rem]',
        TONES[tone],
      )}
    >
      <Icon className={cn('size-4 shrink-0', tone === 'bad' ? 'text-bad' : 'text-faint')} aria-hidden />
      <p className="min-w-0 flex-1 basis-48 [overflow-wrap:anywhere]">{children}</p>
      {action && <span className="flex gap-1.5">{action}</span>}
    </div>
  );
}

/** How the newest run ended, when that was not simply well. */
function endOf(run: Run): { text: string; icon: LucideIcon; tone: Tone; retry: boolean } | null {
  switch (run.status) {
    case 'failed':
      return {
        text: run.last_error ? `The run failed: ${run.last_error.message}` : 'The run failed.',
        icon: CircleAlert,
        tone: 'bad',
        retry: true,
      };
    case 'cancelled':
      return {
        text: 'Stopped. What was complete is kept; an unfinished answer is not.',
        icon: CircleSlash,
        tone: 'quiet',
        retry: true,
      };
    case 'expired':
      return { text: 'The run waited too long and expired.', icon: CircleAlert, tone: 'bad', retry: true };
    case 'incomplete':
      return {
        text: `The answer is incomplete: ${(run.incomplete_details?.reason ?? 'a limit was reached').replaceAll('_', ' ')}.`,
        icon: CircleAlert,
        tone: 'quiet',
        retry: true,
      };
    default:
      return null;
  }
}
