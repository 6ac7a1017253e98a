import { MINUTE_MS } from './ended-runs.ts';
import { type QueueMinute, WINDOW_MINUTES } from './queue-report.ts';

/** A minute is final this long after its end: time for ends that are being written, and for clocks that differ. */
const GRACE_MS = 10_000;
/** Minutes asked for at once, so that no question is large. */
const SLICE = 5;

/** The last hour by minute. Final minutes are read once and kept, so what a look costs does not grow with the window. */
export interface HourWindow {
  /** The rows, oldest first. Minutes not read yet are read newest first for `budgetMs`; what is left comes with the next look. */
  read(now: number): Promise<QueueMinute[]>;
}

export function createHourWindow(options: {
  /** Rows of the minutes from `from` on and before `to`, null being now; see `readEndedRuns`. */
  readonly readRows: (from: number, to: number | null) => Promise<QueueMinute[]>;
  readonly budgetMs: number;
}): HourWindow {
  const { readRows, budgetMs } = options;
  const kept = new Map<number, readonly QueueMinute[]>();

  /** The newest minutes in the range that were not read yet, as one range. */
  function newestMissing(first: number, end: number): { from: number; to: number } | null {
    let to = end;
    while (to > first && kept.has(to - 1)) to -= 1;
    if (to === first) return null;
    let from = to - 1;
    while (from > first && to - from < SLICE && !kept.has(from - 1)) from -= 1;
    return { from, to };
  }

  async function keep({ from, to }: { from: number; to: number }): Promise<void> {
    const rows = Map.groupBy(await readRows(from, to), ({ minute }) => Date.parse(minute) / MINUTE_MS);
    for (let minute = from; minute < to; minute += 1) kept.set(minute, rows.get(minute) ?? []);
  }

  return {
    async read(now) {
      const startedAt = performance.now();
      const first = Math.floor(now / MINUTE_MS) - WINDOW_MINUTES + 1;
      const open = Math.floor((now - GRACE_MS) / MINUTE_MS);
      for (const minute of kept.keys()) if (minute < first) kept.delete(minute);

      const current = await readRows(open, null);
      for (
        let range = newestMissing(first, open);
        range !== null && performance.now() - startedAt < budgetMs;
        range = newestMissing(first, open)
      )
        await keep(range);
      const final = [...kept.keys()].filter((minute) => minute < open).toSorted((a, b) => a - b);
      return [...final.flatMap((minute) => kept.get(minute) ?? []), ...current];
    },
  };
}
