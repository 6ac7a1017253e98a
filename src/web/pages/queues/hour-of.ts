import type { Lane, QueueMinute, QueueReport } from './queue-report.ts';

const MINUTE_MS = 60_000;

/** The last hour of one lane, a place for each minute; what did not happen is 0, what is not known is null. */
export interface Hour {
  /** Seconds since 1970, as the charts want them. */
  readonly seconds: readonly number[];
  readonly completed: readonly number[];
  readonly failed: readonly number[];
  /** Cancelled, expired and incomplete. */
  readonly stopped: readonly number[];
  readonly ttftP50: readonly (number | null)[];
  readonly ttftP95: readonly (number | null)[];
  readonly waitP50: readonly (number | null)[];
}

/** Brings the series of a report into even steps. */
export function hourOf(report: Pick<QueueReport, 'generated_at' | 'window'>, lane: Lane): Hour {
  const last = Math.floor(Date.parse(report.generated_at) / MINUTE_MS);
  const minutes = Array.from({ length: report.window.minutes }, (_, index) => last - report.window.minutes + 1 + index);
  const rows = new Map(
    report.window.series
      .filter((row) => row.lane === lane)
      .map((row) => [Math.floor(Date.parse(row.minute) / MINUTE_MS), row]),
  );
  const each = <T>(read: (row: QueueMinute | undefined) => T): T[] => minutes.map((minute) => read(rows.get(minute)));
  return {
    seconds: minutes.map((minute) => minute * 60),
    completed: each((row) => row?.completed ?? 0),
    failed: each((row) => row?.failed ?? 0),
    stopped: each((row) => (row ? row.cancelled + row.other : 0)),
    ttftP50: each((row) => row?.ttft_p50_ms ?? null),
    ttftP95: each((row) => row?.ttft_p95_ms ?? null),
    waitP50: each((row) => row?.wait_p50_ms ?? null),
  };
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The newest value that is known. */
export const newest = (values: readonly (number | null)[]): number | null =>
  values.findLast((value) => value !== null) ?? null;
