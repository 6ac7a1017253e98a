import type { RunStatus } from '../../api/types.ts';

/** How far back the list goes. */
export type Range = '15m' | '1h' | '24h' | '7d';
export const RANGES: readonly { readonly value: Range; readonly label: string; readonly ms: number }[] = [
  { value: '15m', label: 'Last 15 minutes', ms: 15 * 60_000 },
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
];

export const STATUSES: readonly RunStatus[] = [
  'queued',
  'in_progress',
  'requires_action',
  'cancelling',
  'completed',
  'failed',
  'cancelled',
  'expired',
  'incomplete',
];

export interface RunFilters {
  readonly status?: RunStatus | undefined;
  readonly assistant?: string | undefined;
  readonly range?: Range | undefined;
}

/** What the address of the page says: the filters, and the run that is open beside the list. */
export interface RunsSearch extends RunFilters {
  readonly run?: string | undefined;
}

/** Reads an address; what it does not know it leaves out. */
export function readRunsSearch(search: Record<string, unknown>): RunsSearch {
  const status = STATUSES.find((value) => value === search.status);
  const range = RANGES.find(({ value }) => value === search.range)?.value;
  return {
    ...(status ? { status } : {}),
    ...(typeof search.assistant === 'string' ? { assistant: search.assistant } : {}),
    ...(range ? { range } : {}),
    ...(typeof search.run === 'string' ? { run: search.run } : {}),
  };
}
