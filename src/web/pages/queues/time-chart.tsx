import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import UPlot, { type AlignedData, type Options, type Series } from 'uplot';

/** One line or row of bars. `color` is the name of a token, such as `--good`. */
export interface ChartSeries {
  readonly color: string;
  readonly kind: 'bars' | 'line';
  readonly dashed?: boolean;
}

const HEIGHT = 190;
/** Seconds: the bars of the first and the last minute have room at both sides. */
const HALF_STEP = 30;
const FONT = '11px "Inter Variable", ui-sans-serif, system-ui, sans-serif';

/**
 * A chart over time. It follows the width of its place and the theme; what it shows must be said in words beside it, because a picture says nothing to a
 * screen reader.
 * @param data seconds since 1970, then one list for each series; series are drawn in order, so the first is at the back
 * @param onHover the place the pointer is at, or null
 */
export function TimeChart({
  label,
  data,
  series,
  format,
  onHover,
}: {
  label: string;
  data: AlignedData;
  series: readonly ChartSeries[];
  format: (value: number) => string;
  onHover: (index: number | null) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const latest = useRef({ data, format, onHover });
  latest.current = { data, format, onHover };
  // The look of a chart does not change; only its data does.
  const look = useRef(series);

  useEffect(() => {
    const box = place.current;
    if (!box) return;
    const made = new UPlot(
      optionsOf(look.current, box.clientWidth, {
        format: (value) => latest.current.format(value),
        onHover: (index) => latest.current.onHover(index),
      }),
      latest.current.data,
      box,
    );
    chart.current = made;
    const resize = new ResizeObserver(() => {
      if (box.clientWidth > 0) made.setSize({ width: box.clientWidth, height: HEIGHT });
    });
    resize.observe(box);
    const theme = new MutationObserver(() => made.redraw(false));
    theme.observe(document.documentElement, { attributeFilter: ['class'] });
    return () => {
      resize.disconnect();
      theme.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [data]);

  return <div ref={place} role="img" aria-label={label} className="h-[190px] w-full" />;
}

/** The value of a token now. */
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function optionsOf(
  series: readonly ChartSeries[],
  width: number,
  on: { format: (value: number) => string; onHover: (index: number | null) => void },
): Options {
  const axis = {
    stroke: () => token('--faint'),
    font: FONT,
    grid: { stroke: () => token('--border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height: HEIGHT,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: true, range: (_, min, max) => [min - HALF_STEP, max + HALF_STEP] },
      y: { range: (_, __, max) => [0, Math.max(niceTop(max), 1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, space: 64, size: 26, values: (_, ticks) => ticks.map(clock) },
      { ...axis, space: 40, size: 44, gap: 6, values: (_, ticks) => ticks.map((tick) => on.format(tick)) },
    ],
    series: [{}, ...series.map(toSeries)],
    hooks: { setCursor: [({ cursor }) => on.onHover(cursor.idx ?? null)] },
  };
}

/** Places without a neighbour on either side: a line does not show them. */
const lonely: Series.Points.Filter = ({ data }, series) => {
  const values = data[series] ?? [];
  const isKnown = (index: number): boolean => typeof values[index] === 'number';
  return Array.from(values, (_, index) => index).filter(
    (index) => isKnown(index) && !isKnown(index - 1) && !isKnown(index + 1),
  );
};

const bars = UPlot.paths.bars?.({ size: [0.72, 14], radius: 0.15 });

function toSeries({ color, kind, dashed = false }: ChartSeries): Series {
  if (kind === 'bars')
    return { fill: () => token(color), width: 0, points: { show: false }, ...(bars ? { paths: bars } : {}) };
  return {
    stroke: () => token(color),
    width: 1.75,
    ...(dashed ? { dash: [4, 4] } : {}),
    spanGaps: false,
    points: { show: true, size: 5, fill: () => token(color), width: 0, filter: lonely },
  };
}

/** A little more than the largest value, so that it does not touch the frame. */
const niceTop = (max: number | null): number => (max === null || !Number.isFinite(max) ? 1 : max * 1.12);

const clock = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hour12: false });
