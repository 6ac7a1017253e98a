import type { TerminalStatus } from '../domain/run-status.ts';

/** Runs by how they ended, and the tokens of their model calls. */
export type UsageCounts = Readonly<Record<TerminalStatus | 'prompt_tokens' | 'completion_tokens', number>>;

export const NO_COUNTS: UsageCounts = {
  completed: 0,
  failed: 0,
  cancelled: 0,
  expired: 0,
  incomplete: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
};

export const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof UsageCounts)[];

export function addCounts(a: UsageCounts, b: Partial<UsageCounts>): UsageCounts {
  const sums = COUNT_NAMES.map((name) => [name, a[name] + (b[name] ?? 0)] as const);
  return Object.fromEntries(sums) as UsageCounts;
}

export const sumCounts = (all: Iterable<Partial<UsageCounts>>): UsageCounts => {
  let sum = NO_COUNTS;
  for (const one of all) sum = addCounts(sum, one);
  return sum;
};
