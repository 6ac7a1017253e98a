import { ToggleGroup } from 'radix-ui';
import { type ReactNode, useMemo, useState } from 'react';
import type { AlignedData } from 'uplot';
import { cn } from '../../ui/cn.ts';
import { formatDuration } from '../../ui/format-time.ts';
import { Card } from '../../ui/page.tsx';
import { type Hour, hourOf, newest, sum } from './hour-of.ts';
import { LANE_NAMES, type Lane, type QueueReport } from './queue-report.ts';
import { type ChartSeries, TimeChart } from './time-chart.tsx';

const LANES: readonly Lane[] = ['interactive', 'batch'];

/** How the last hour went, by lane: what ended, and how long people waited for the first word. */
export function HourCharts({ report }: { report: QueueReport }) {
  const [lane, setLane] = useState<Lane>('interactive');
  const hour = useMemo(() => hourOf(report, lane), [report, lane]);
  return (
    <section aria-label="The last hour">
      <div className="mb-3 flex items-center justify-between gap-3">
        <h2 className="font-semibold text-[0.9375rem] tracking-tight">The last hour</h2>
        <ToggleGroup.Root
          type="single"
          value={lane}
          onValueChange={(value) => value && setLane(value as Lane)}
          aria-label="Lane"
          className="flex rounded-lg border border-border bg-surface p-0.5"
        >
          {LANES.map((value) => (
            <ToggleGroup.Item
              key={value}
              value={value}
              className="h-7 rounded-md px-2.5 font-medium text-soft text-xs transition-colors hover:text-foreground data-[state=on]:bg-raised data-[state=on]:text-foreground data-[state=on]:shadow-xs"
            >
              {LANE_NAMES[value]}
            </ToggleGroup.Item>
          ))}
        </ToggleGroup.Root>
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Throughput hour={hour} />
        <Latency hour={hour} />
      </div>
    </section>
  );
}

const THROUGHPUT: readonly ChartSeries[] = [
  { kind: 'bars', color: '--strong-border' },
  { kind: 'bars', color: '--bad' },
  { kind: 'bars', color: '--good' },
];

function Throughput({ hour }: { hour: Hour }) {
  const [at, setAt] = useState<number | null>(null);
  // Bars in front of bars: each is as high as itself and all that stand before it.
  const data = useMemo<AlignedData>(() => {
    const { completed, failed, stopped, seconds } = hour;
    const bad = completed.map((value, index) => value + (failed[index] ?? 0));
    return [[...seconds], bad.map((value, index) => value + (stopped[index] ?? 0)), bad, [...completed]];
  }, [hour]);
  const of = (values: readonly number[]) => (at === null ? sum(values) : (values[at] ?? 0));
  const total = of(hour.completed) + of(hour.failed) + of(hour.stopped);
  return (
    <ChartCard
      title="Runs that ended"
      value={total.toLocaleString('en')}
      unit={at === null ? 'in the hour, by minute' : `at ${clockOf(hour, at)}`}
      legend={[
        { label: 'Completed', color: 'bg-good', value: of(hour.completed).toLocaleString('en') },
        { label: 'Failed', color: 'bg-bad', value: of(hour.failed).toLocaleString('en') },
        { label: 'Stopped', color: 'bg-strong-border', value: of(hour.stopped).toLocaleString('en') },
      ]}
    >
      <TimeChart
        label={`Runs that ended by minute: ${sum(hour.completed)} completed, ${sum(hour.failed)} failed, ${sum(hour.stopped)} stopped in the last hour`}
        data={data}
        series={THROUGHPUT}
        format={(value) => (Number.isInteger(value) ? value.toLocaleString('en') : '')}
        onHover={setAt}
      />
    </ChartCard>
  );
}

const LATENCY: readonly ChartSeries[] = [
  { kind: 'line', color: '--faint', dashed: true },
  { kind: 'line', color: '--warn' },
  { kind: 'line', color: '--accent' },
];

function Latency({ hour }: { hour: Hour }) {
  const [at, setAt] = useState<number | null>(null);
  const data = useMemo<AlignedData>(
    () => [[...hour.seconds], [...hour.waitP50], [...hour.ttftP95], [...hour.ttftP50]],
    [hour],
  );
  const of = (values: readonly (number | null)[]) => show(at === null ? newest(values) : (values[at] ?? null));
  return (
    <ChartCard
      title="Time to first token"
      value={of(hour.ttftP50)}
      unit={at === null ? 'median, newest minute' : `median at ${clockOf(hour, at)}`}
      legend={[
        { label: 'Median', color: 'bg-accent', value: of(hour.ttftP50) },
        { label: '95th percentile', color: 'bg-warn', value: of(hour.ttftP95) },
        { label: 'Median wait for a worker', color: 'bg-faint', value: of(hour.waitP50) },
      ]}
    >
      <TimeChart
        label={`Time to first token by minute; in the newest minute the median is ${show(newest(hour.ttftP50))} and the 95th percentile ${show(newest(hour.ttftP95))}`}
        data={data}
        series={LATENCY}
        format={(value) =>
          value === 0
            ? '0'
            : formatDuration(value)
                .replace(/\.0+ s/, ' s')
                .replace(/(\.\d)0 s/, '$1 s')
        }
        onHover={setAt}
      />
    </ChartCard>
  );
}

function ChartCard({
  title,
  value,
  unit,
  legend,
  children,
}: {
  title: string;
  value: string;
  unit: string;
  legend: readonly { readonly label: string; readonly color: string; readonly value: string }[];
  children: ReactNode;
}) {
  return (
    <Card className="min-w-0 p-4">
      <h3 className="text-soft text-xs">{title}</h3>
      <p className="mt-0.5 flex items-baseline gap-1.5">
        <span className="font-semibold text-xl tabular-nums tracking-tight">{value}</span>
        <span className="text-faint text-xs">{unit}</span>
      </p>
      <div className="mt-3">{children}</div>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-soft text-xs">
        {legend.map((item) => (
          <li key={item.label} className="flex items-center gap-1.5 whitespace-nowrap">
            <span aria-hidden className={cn('size-2 rounded-[2px]', item.color)} />
            {item.label}
            <span className="text-foreground tabular-nums">{item.value}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const show = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms));

const clockOf = (hour: Hour, index: number): string =>
  new Date((hour.seconds[index] ?? 0) * 1000).toLocaleTimeString('en', {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
