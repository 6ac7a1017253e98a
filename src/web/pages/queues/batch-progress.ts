import type { Batch } from '../../api/types.ts';

type Tone = 'completed' | 'failed' | 'stopped' | 'running';

/** Items that a retry would run again. */
export const failedOf = ({ counts }: Batch): number =>
  counts.failed + counts.cancelled + counts.expired + counts.incomplete;

/** Shares of the bar, in the order in which they are drawn; what is left of it waits. */
export function partsOf({ counts }: Batch): { tone: Tone; share: number }[] {
  const total = Math.max(1, counts.total);
  return [
    { tone: 'completed' as const, share: counts.completed / total },
    { tone: 'failed' as const, share: (counts.failed + counts.expired + counts.incomplete) / total },
    { tone: 'stopped' as const, share: counts.cancelled / total },
    { tone: 'running' as const, share: (counts.in_progress + counts.requires_action) / total },
  ];
}

const STATES: Readonly<Record<Batch['status'], string>> = {
  uploading: 'Uploading',
  in_progress: 'Running',
  cancelling: 'Cancelling',
  completed: 'Completed',
  cancelled: 'Cancelled',
};

/** How far a batch is, in one line. */
export function inWords({ status, counts, received }: Batch): string {
  if (status === 'uploading') return `Uploading · ${number(received)} items so far`;
  const parts: [number, string][] = [
    [counts.in_progress, 'running'],
    [counts.waiting + counts.queued, 'waiting'],
    [counts.requires_action, 'need input'],
    [counts.failed, 'failed'],
    [counts.expired, 'expired'],
    [counts.incomplete, 'incomplete'],
    [counts.cancelled, 'cancelled'],
  ];
  const others = parts.filter(([count]) => count > 0).map(([count, word]) => `${number(count)} ${word}`);
  return [STATES[status], `${number(counts.completed)} of ${number(counts.total)} completed`, ...others].join(' · ');
}

const number = (value: number): string => value.toLocaleString('en');
