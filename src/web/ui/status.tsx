import type { Run, Thread } from '../api/types.ts';
import { cn } from './cn.ts';

type Tone = 'quiet' | 'live' | 'good' | 'warn' | 'bad';

const RUN: Record<Run['status'], { readonly tone: Tone; readonly label: string }> = {
  queued: { tone: 'quiet', label: 'Queued' },
  in_progress: { tone: 'live', label: 'Running' },
  requires_action: { tone: 'warn', label: 'Needs input' },
  cancelling: { tone: 'warn', label: 'Cancelling' },
  completed: { tone: 'good', label: 'Completed' },
  failed: { tone: 'bad', label: 'Failed' },
  cancelled: { tone: 'quiet', label: 'Cancelled' },
  expired: { tone: 'bad', label: 'Expired' },
  incomplete: { tone: 'warn', label: 'Incomplete' },
};

const THREAD: Record<Thread['status'], { readonly tone: Tone; readonly label: string }> = {
  idle: { tone: 'quiet', label: 'Idle' },
  busy: { tone: 'live', label: 'Running' },
  interrupted: { tone: 'warn', label: 'Needs input' },
  error: { tone: 'bad', label: 'Last run failed' },
};

const DOT: Record<Tone, string> = {
  quiet: 'bg-strong-border',
  live: 'bg-accent animate-breathe',
  good: 'bg-good',
  warn: 'bg-warn',
  bad: 'bg-bad',
};

const BADGE: Record<Tone, string> = {
  quiet: 'bg-muted text-soft',
  live: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
};

const dot = 'size-2 shrink-0 rounded-full';

export const ThreadDot = ({ status }: { status: Thread['status'] }) => (
  <span
    role="img"
    aria-label={THREAD[status].label}
    title={THREAD[status].label}
    className={cn(dot, DOT[THREAD[status].tone])}
  />
);

export const RunBadge = ({ status }: { status: Run['status'] }) => (
  <span
    className={cn(
      'inline-flex items-center gap-1.5 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs',
      BADGE[RUN[status].tone],
    )}
  >
    <span
      aria-hidden
      className={cn(dot, 'size-1.5', DOT[RUN[status].tone], RUN[status].tone === 'quiet' && 'bg-faint')}
    />
    {RUN[status].label}
  </span>
);
