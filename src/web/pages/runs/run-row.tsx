import { isOpen } from '../../api/runs.ts';
import type { Run } from '../../api/types.ts';
import { cn } from '../../ui/cn.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { RunBadge } from '../../ui/status.tsx';
import { RelativeTime } from '../../ui/time.tsx';
import { previewOf } from './preview-of.ts';
import { runNumbers } from './run-numbers.ts';

/** The columns of the list from tablet width on; the header of the list has the same. */
export const columns = (narrow: boolean): string =>
  cn(
    'grid items-center gap-4 px-4 sm:px-8',
    narrow
      ? 'grid-cols-[6.75rem_minmax(0,1fr)_4.5rem_4.5rem]'
      : 'grid-cols-[6.75rem_minmax(0,1fr)_4.5rem_4.5rem_5rem] lg:grid-cols-[7.5rem_minmax(0,1fr)_5rem_5rem_5rem_5.5rem]',
  );

/** One run of the list. Arrow keys go to the next one and the one before. */
export function RunRow({
  run,
  assistant,
  now,
  chosen,
  narrow,
  onChoose,
  onStep,
}: {
  run: Run;
  assistant: string | undefined;
  now: number;
  chosen: boolean;
  narrow: boolean;
  onChoose: (runId: string) => void;
  onStep: (by: number) => void;
}) {
  const { wait, duration } = runNumbers(run, now);
  const problem = run.status === 'failed' || run.status === 'expired' ? run.last_error?.message : undefined;
  const open = isOpen(run.status);
  const under = (
    <span className={cn('block truncate text-xs', problem ? 'text-bad' : 'text-faint')}>
      {problem ??
        `${assistant ?? 'Deleted assistant'}${run.lane === 'batch' ? ' · batch' : ''}${run.attempt > 1 ? ` · attempt ${run.attempt}` : ''}`}
    </span>
  );
  const number = cn(
    'whitespace-nowrap text-right text-[0.8125rem] tabular-nums',
    open ? 'text-foreground' : 'text-soft',
  );
  return (
    <button
      type="button"
      aria-current={chosen ? 'true' : undefined}
      onClick={() => onChoose(run.run_id)}
      onKeyDown={(event) => {
        const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
        if (by === 0 || !chosen) return;
        event.preventDefault();
        onStep(by);
      }}
      className={cn(
        'block h-full w-full border-border border-b text-left -outline-offset-2 transition-colors hover:bg-muted/60',
        chosen && 'bg-accent-soft hover:bg-accent-soft',
      )}
    >
      <span className={cn(columns(narrow), 'hidden h-full sm:grid')}>
        <span>
          <RunBadge status={run.status} />
        </span>
        <span className="min-w-0">
          <span className="block truncate font-medium text-[0.8125rem]">{previewOf(run)}</span>
          {under}
        </span>
        {!narrow && <span className={number}>{wait === null ? '–' : formatDuration(wait)}</span>}
        <span className={number}>{duration === null ? '–' : formatDuration(duration)}</span>
        {!narrow && (
          <span className={cn(number, 'max-lg:hidden')}>
            {run.usage.total_tokens > 0 ? run.usage.total_tokens.toLocaleString('en') : '–'}
          </span>
        )}
        <RelativeTime time={run.created_at} className="whitespace-nowrap text-right text-faint text-xs" />
      </span>
      <span className="flex h-full flex-col justify-center gap-1 px-4 sm:hidden">
        <span className="block truncate font-medium text-sm">{previewOf(run)}</span>
        {under}
        <span className="flex items-center gap-2 text-faint text-xs tabular-nums">
          <RunBadge status={run.status} />
          {duration !== null && <span>{formatDuration(duration)}</span>}
          <RelativeTime time={run.created_at} className="ml-auto" />
        </span>
      </span>
    </button>
  );
}
