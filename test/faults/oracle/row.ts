import { type Findings, isClean } from './findings.ts';

/** The outcome of one fault. */
export interface Row {
  readonly fault: string;
  /** How often it was to happen, and how often it met something to break. */
  readonly n: number;
  readonly delivered: number;
  readonly runs: number;
  readonly found: Findings;
  /** Milliseconds from the fault to the next sign of life of each run it hit; for requests, how long they took. */
  readonly resume: readonly number[];
  /** A sentence of figures that are this fault's own. */
  readonly note?: string;
}

/** A fault that did not happen proves nothing, so it counts as failed. */
export const passed = (row: Row): boolean => row.delivered > 0 && isClean(row.found);

export const ROW_TITLES = [
  'fault',
  'N',
  'delivered',
  'runs',
  'lost',
  'dup_messages',
  'dup_effects',
  'bytes_lost',
  'events_dup',
  'resume p50/p95/max ms',
  'verdict',
] as const;

export function formatRow({ fault, n, delivered, runs, found, resume, note }: Row): string {
  const verdict = passed({ fault, n, delivered, runs, found, resume }) ? 'ok' : 'FAILED';
  const times = resume.length === 0 ? '-' : [0.5, 0.95, 1].map((p) => Math.round(quantile(resume, p))).join('/');
  const { lost, dup_messages, dup_effects, bytes_lost, events_dup } = found;
  const line = [fault, n, delivered, runs, lost, dup_messages, dup_effects, bytes_lost, events_dup, times, verdict];
  return line.join(', ') + (note ? ` (${note})` : '');
}

/** The smallest value that is not below the share `p` of all. */
export function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(Math.ceil(p * sorted.length) - 1, 0)] ?? Number.NaN;
}
