import { Link } from '@tanstack/react-router';
import { CircleAlert, Hand, Hourglass, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { RunDetail, WaitReason } from '../../api/types.ts';
import { cn } from '../../ui/cn.ts';

/** Which limit ended an incomplete run, in words. */
const REASONS: Readonly<Record<string, string>> = {
  max_steps: 'It reached its limit of model calls.',
  max_tool_calls: 'It reached its limit of tool calls.',
  max_duration_ms: 'It reached its time limit.',
  max_duration: 'It reached its time limit.',
  max_total_tokens: 'It reached its token limit.',
  content_filter: 'The model’s content filter stopped the answer.',
  length: 'The model stopped at its own length limit.',
};

/** Why a run has not started. */
const WAITS: Readonly<Record<WaitReason, string>> = {
  thread_busy: 'Waits for its thread',
  project_paused: 'The project is paused',
  lane_paused: 'The lane is paused',
  no_worker: 'No worker is there to take it',
  queue_away: 'The queue does not answer',
  project_window: 'Waits behind other runs of its project',
  workers_busy: 'All workers are busy',
  next: 'Starts next',
};

/** How the run ended, or what it waits for, when that needs a word. */
export function RunOutcome({ run }: { run: RunDetail }) {
  if (run.waiting)
    return (
      <Note tone="plain" icon={<Hourglass />} title={WAITS[run.waiting.reason]} code={run.waiting.reason}>
        {run.waiting.detail}{' '}
        {run.waiting.blocked_by !== null && (
          <Link
            to="/runs"
            search={{ run: run.waiting.blocked_by }}
            className="font-medium underline underline-offset-2"
          >
            Open the run that holds the thread
          </Link>
        )}
      </Note>
    );
  if (run.last_error && run.status !== 'completed')
    return (
      <Note tone="bad" icon={<CircleAlert />} title={titleOf(run.last_error.code)} code={run.last_error.code}>
        {run.last_error.message}
      </Note>
    );
  if (run.incomplete_details) {
    const { reason } = run.incomplete_details;
    return (
      <Note tone="warn" icon={<TriangleAlert />} title="Ended before it was complete" code={reason}>
        {REASONS[reason] ?? 'A limit was reached.'} What it has written until then is in the thread.
      </Note>
    );
  }
  if (run.status === 'expired')
    return (
      <Note tone="bad" icon={<CircleAlert />} title="Expired">
        Nobody took it, or answered its tool calls, in time.
      </Note>
    );
  if (run.required_action)
    return (
      <Note tone="warn" icon={<Hand />} title="Waits for the outputs of the client’s tools">
        {run.required_action.tool_calls.map(({ name }) => name).join(', ')}. The thread is held until they are sent or
        the run is cancelled.
      </Note>
    );
  return null;
}

const titleOf = (code: string): string => {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const TONES = { plain: 'bg-muted text-soft', bad: 'bg-bad-soft text-bad', warn: 'bg-warn-soft text-warn' } as const;

const Note = ({
  tone,
  icon,
  title,
  code,
  children,
}: {
  tone: keyof typeof TONES;
  icon: ReactNode;
  title: string;
  code?: string;
  children: ReactNode;
}) => (
  <div
    className={cn(
      'flex gap-3 border-border border-b px-4 py-3.5 @min-[32rem]:px-5 [&>svg]:mt-0.5 [&>svg]:size-4',
      TONES[tone],
    )}
  >
    {icon}
    <div className="min-w-0 flex-1 text-sm">
      <p className="font-medium">{title}</p>
      <p className="mt-0.5 break-words text-foreground text-[0.8125rem]">{children}</p>
      {code && <p className="mt-1 font-mono text-2xs">{code}</p>}
    </div>
  </div>
);
