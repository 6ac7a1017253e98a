import { Bot, ChevronRight, Hourglass, Reply, TimerReset, Wrench } from 'lucide-react';
import { useMemo, useState } from 'react';
import { isOpen } from '../../api/runs.ts';
import type { Run, RunStep } from '../../api/types.ts';
import { cn } from '../../ui/cn.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { SpanDetail } from './span-detail.tsx';
import { axisTicks, type Span, toWaterfall } from './waterfall.ts';

const ICONS: Record<Span['kind'], typeof Bot> = {
  queue: Hourglass,
  model: Bot,
  tool: Wrench,
  update: Reply,
  gap: TimerReset,
  open: Bot,
};

/** Label, bar, duration; on a phone the bar goes below its label. */
const row =
  'grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 px-4 @min-[27rem]:grid-cols-[minmax(0,9rem)_minmax(0,1fr)_4.25rem] @min-[32rem]:grid-cols-[minmax(0,10.5rem)_minmax(0,1fr)_4.25rem] @min-[32rem]:px-5';

/** The run in time: what it waited for, and each call with its share. A row opens to what is known about it. */
export function RunWaterfall({ run, steps, now }: { run: Run; steps: readonly RunStep[]; now: number }) {
  const open = isOpen(run.status);
  // A run that has ended does not change with the clock.
  const clock = open ? now : 0;
  const { spans, total } = useMemo(() => toWaterfall(run, steps, clock), [run, steps, clock]);
  const [chosen, setChosen] = useState<string | null>(null);
  const ticks = axisTicks(total);
  const attempts = new Set(steps.map(({ attempt }) => attempt)).size > 1;
  return (
    <div className="py-4">
      <div className={cn(row, 'mb-1 h-5')} aria-hidden>
        <span className="font-medium text-faint text-xs">Step</span>
        <div className="relative hidden h-full @min-[27rem]:block">
          {ticks.map((tick) => (
            <span
              key={tick}
              className={cn(
                'absolute top-0 whitespace-nowrap text-2xs text-faint tabular-nums',
                tick > 0 && (tick / total > 0.93 ? '-translate-x-full' : '-translate-x-1/2'),
              )}
              style={{ left: `${(100 * tick) / total}%` }}
            >
              {tick === 0 ? '0' : formatTick(tick)}
            </span>
          ))}
        </div>
        <span className="text-right font-medium text-faint text-xs">Time</span>
      </div>
      <ol aria-label="Steps">
        {spans.map((span) => (
          <li key={span.key}>
            <SpanRow
              span={span}
              total={total}
              ticks={ticks}
              showAttempt={attempts}
              expanded={chosen === span.key}
              onToggle={() => setChosen(chosen === span.key ? null : span.key)}
            />
            {chosen === span.key && <SpanDetail span={span} run={run} />}
          </li>
        ))}
      </ol>
      <Legend />
    </div>
  );
}

function iconOf({ kind, state, label }: Span): typeof Bot {
  if (kind !== 'open') return ICONS[kind];
  return state === 'waiting' ? Hourglass : label.startsWith('Tool') ? Wrench : Bot;
}

function SpanRow({
  span,
  total,
  ticks,
  showAttempt,
  expanded,
  onToggle,
}: {
  span: Span;
  total: number;
  ticks: readonly number[];
  showAttempt: boolean;
  expanded: boolean;
  onToggle: () => void;
}) {
  const note = noteOf(span);
  const Icon = iconOf(span);
  return (
    <button
      type="button"
      aria-expanded={expanded}
      onClick={onToggle}
      className={cn(
        row,
        'group py-1.5 text-left -outline-offset-2 transition-colors hover:bg-muted/60 @min-[27rem]:min-h-9 @min-[27rem]:items-stretch @min-[27rem]:py-0',
        expanded && 'bg-muted/60',
      )}
    >
      <span className="flex min-w-0 items-center gap-2 @min-[27rem]:py-1.5">
        <ChevronRight
          className={cn('-ml-1 size-3.5 shrink-0 text-faint transition-transform', expanded && 'rotate-90')}
          aria-hidden
        />
        <Icon
          className={cn('size-3.5 shrink-0', span.state === 'failed' ? 'text-bad' : 'text-soft')}
          strokeWidth={1.9}
          aria-hidden
        />
        <span className="min-w-0">
          <span className="flex min-w-0 items-center gap-1.5">
            <span
              className={cn(
                'truncate text-[0.8125rem]',
                (span.kind === 'tool' || span.kind === 'model') && 'font-mono text-xs',
                (span.kind === 'queue' || span.kind === 'gap') && 'text-soft',
                span.state === 'failed' && 'text-bad',
              )}
              title={span.label}
            >
              {span.label}
            </span>
            {showAttempt && span.step && (
              <span className="shrink-0 rounded bg-muted px-1 text-2xs text-soft">try {span.step.attempt}</span>
            )}
          </span>
          {note !== null && (
            <span className="block truncate text-2xs text-faint tabular-nums" title={note}>
              {note}
            </span>
          )}
        </span>
        {span.state === 'failed' && <span className="sr-only">failed</span>}
      </span>
      <span className="order-3 col-span-2 mt-1 h-2 @min-[27rem]:order-none @min-[27rem]:col-span-1 @min-[27rem]:mt-0 @min-[27rem]:h-full">
        <Bar span={span} total={total} ticks={ticks} />
      </span>
      <span
        className={cn(
          'self-center text-right text-xs tabular-nums',
          span.state === 'running' ? 'text-accent' : span.state === 'failed' ? 'text-bad' : 'text-soft',
        )}
      >
        {formatDuration(span.to - span.from)}
      </span>
    </button>
  );
}

function Bar({ span, total, ticks }: { span: Span; total: number; ticks: readonly number[] }) {
  const share = (ms: number) => `${(100 * ms) / total}%`;
  const length = span.to - span.from;
  const before = span.firstToken === null ? 0 : span.firstToken - span.from;
  return (
    <span
      className="relative block h-full rounded-full bg-muted @min-[27rem]:rounded-none @min-[27rem]:bg-transparent"
      aria-hidden
    >
      {ticks.map((tick) => (
        <span
          key={tick}
          className="absolute inset-y-0 hidden w-px bg-border/70 @min-[27rem]:block"
          style={{ left: share(tick) }}
        />
      ))}
      <span
        className={cn(
          'absolute inset-y-0 flex min-w-1 overflow-hidden rounded-[3px] @min-[27rem]:inset-y-auto @min-[27rem]:top-1/2 @min-[27rem]:h-3.5 @min-[27rem]:-translate-y-1/2',
          COLOURS[span.kind],
          span.state === 'failed' && 'bg-bad',
          span.state === 'running' && 'animate-breathe bg-(--trace-model)',
          span.state === 'waiting' && span.kind === 'open' && 'trace-idle',
        )}
        style={{ left: `min(${share(span.from)}, calc(100% - 4px))`, width: share(length) }}
      >
        {before > 0 && length > 0 && (
          <span className="h-full bg-(--trace-model-wait)" style={{ width: `${(100 * before) / length}%` }} />
        )}
      </span>
    </span>
  );
}

const COLOURS: Record<Span['kind'], string> = {
  queue: 'trace-idle',
  gap: 'trace-idle',
  model: 'bg-(--trace-model)',
  tool: 'bg-(--trace-tool)',
  update: 'bg-strong-border',
  open: '',
};

const LEGEND = [
  { label: 'Waiting', className: 'trace-idle' },
  { label: 'Model, until its first token', className: 'bg-(--trace-model-wait)' },
  { label: 'Model, writing', className: 'bg-(--trace-model)' },
  { label: 'Tool', className: 'bg-(--trace-tool)' },
];

const Legend = () => (
  <ul aria-label="Colours" className="mt-4 flex flex-wrap gap-x-4 gap-y-1 px-4 text-2xs text-faint @min-[32rem]:px-5">
    {LEGEND.map(({ label, className }) => (
      <li key={label} className="flex items-center gap-1.5">
        <span aria-hidden className={cn('h-2 w-3 rounded-[2px]', className)} />
        {label}
      </li>
    ))}
  </ul>
);

const formatTick = (ms: number): string =>
  ms < 1000
    ? `${Math.round(ms)} ms`
    : ms < 60_000
      ? `${Number((ms / 1000).toFixed(2))} s`
      : `${Number((ms / 60_000).toFixed(2))} min`;

/** What is worth reading without opening the row: tokens and how the answer ended, or the error. */
function noteOf({ step }: Span): string | null {
  if (!step) return null;
  if (step.error) return step.error.code;
  const tokens = step.usage && `${step.usage.completion_tokens.toLocaleString('en')} tokens`;
  return [tokens, step.finish_reason].filter(Boolean).join(' · ') || null;
}
