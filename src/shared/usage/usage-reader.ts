import type { SlotUsage } from '../mongo/ended-usage.ts';
import type { DayUsage, GroupedUsage, UsageField, UsageFilter, UsageRepository } from '../mongo/usage-repository.ts';
import { addCounts, type UsageCounts } from './usage-counts.ts';
import { dayOf } from './usage-slots.ts';

/** How long what is counted live is good for, and at least how many times as long as it took. */
const LIVE_MS = 2000;
const REST = 9;

/** Who used how much, up to now: what is folded, and what ended since. */
export interface UsageReader {
  /** In no order. */
  read(filter: UsageFilter, by: readonly UsageField[]): Promise<GroupedUsage[]>;
}

/** @param deps.readEnded reads all projects: it is asked once for all who ask at a time */
export function createUsageReader(deps: {
  readonly usage: Pick<UsageRepository, 'foldedUntil' | 'closed' | 'open'>;
  readonly readEnded: (from: Date, to: null) => Promise<SlotUsage[]>;
}): UsageReader {
  const { usage, readEnded } = deps;
  let live: { readonly from: number; readonly rows: Promise<SlotUsage[]>; goodUntil: number } | null = null;

  function readLive(from: Date): Promise<SlotUsage[]> {
    if (live !== null && live.from === from.getTime() && performance.now() < live.goodUntil) return live.rows;
    const startedAt = performance.now();
    const made = { from: from.getTime(), rows: readEnded(from, null), goodUntil: Number.POSITIVE_INFINITY };
    live = made;
    made.rows.then(
      () => {
        made.goodUntil = startedAt + Math.max(LIVE_MS, (performance.now() - startedAt) * (1 + REST));
      },
      () => {
        if (live === made) live = null;
      },
    );
    return made.rows;
  }

  return {
    async read(filter, by) {
      const until = (await usage.foldedUntil()) ?? new Date(0);
      const [closed, open, ended] = await Promise.all([
        usage.closed(filter, dayOf(until), by),
        usage.open(filter, until),
        readLive(until),
      ]);
      const since = ended
        .map(({ slotStart, ...row }): DayUsage => ({ ...row, day: dayOf(slotStart) }))
        .filter(({ day }) => day >= filter.from && day <= filter.to)
        .filter((row) => filter.projectId === undefined || row.project_id === filter.projectId);
      return merge([...closed, ...[...open, ...since].map((row) => toGrouped(row, by))]);
    },
  };
}

const toGrouped = ({ counts, ...row }: DayUsage, by: readonly UsageField[]): GroupedUsage => ({
  by: Object.fromEntries(by.map((field) => [field, row[field]])),
  counts,
});

function merge(all: readonly GroupedUsage[]): GroupedUsage[] {
  const byKey = new Map<string, { by: GroupedUsage['by']; counts: UsageCounts }>();
  for (const { by, counts } of all) {
    const key = JSON.stringify(Object.entries(by).toSorted());
    const known = byKey.get(key);
    if (known) known.counts = addCounts(known.counts, counts);
    else byKey.set(key, { by, counts });
  }
  return [...byKey.values()];
}
