import type { Spread } from '../measure/spread.ts';
import type { Measurement } from '../run-repetition.ts';
import {
  cpuMsPerRun,
  deliveredPercent,
  ratioOver,
  resultsOf,
  runsPerSecond,
  serverCost,
  spreadOver,
} from './figures.ts';
import { number, spread, table } from './markdown.ts';

interface Budget {
  readonly what: string;
  readonly better: 'more' | 'less';
  readonly must: number;
  readonly aim: number;
  readonly skein: Spread | null;
  readonly floor: Spread | null;
}

/** Skein against its budget (section 13 of the design), each line beside the floor of the same run. */
export const budgetTable = (measurements: readonly Measurement[]): string => {
  const rows = budgets(measurements)
    .filter(({ skein }) => skein !== null)
    .map((budget) => [
      budget.what,
      spread(budget.floor),
      number(budget.must),
      number(budget.aim),
      spread(budget.skein),
      verdict(budget),
    ]);
  return table('Budget', ['', 'floor', 'must', 'aim', 'Skein', ''], rows);
};

/** A share that rounds to the whole counts as the whole: the window's edges cut tokens off. */
const TOLERANCE = 0.005;

const verdict = ({ better, must, aim, skein }: Budget): string => {
  const median = skein?.median ?? 0;
  const reaches = (goal: number): boolean =>
    better === 'more' ? median >= goal * (1 - TOLERANCE) : median <= goal * (1 + TOLERANCE);
  if (reaches(aim)) return 'reaches the aim';
  return reaches(must) ? 'within' : 'MISSED';
};

const budgets = (measurements: readonly Measurement[]): Budget[] => {
  const closed = (cell: string) => ({
    skein: resultsOf(measurements, 'closed', cell, 'skein'),
    floor: resultsOf(measurements, 'closed', cell, 'floor'),
  });
  const paced = (cell: string) => ({
    skein: resultsOf(measurements, 'paced', cell, 'skein'),
    floor: resultsOf(measurements, 'paced', cell, 'floor'),
  });
  const pair = <R>(
    results: { skein: ReadonlyMap<number, R>; floor: ReadonlyMap<number, R> },
    figure: (r: R) => number,
  ) => ({ skein: spreadOver(results.skein, figure), floor: spreadOver(results.floor, figure) });
  const share = (tokens: number) => {
    const { skein, floor } = closed(`closed-64x${tokens}`);
    return { skein: ratioOver(skein, floor, runsPerSecond), floor: spreadOver(floor, runsPerSecond) };
  };
  const alone = closed('closed-1x20');
  const fast = paced('paced-200x50');
  const many = paced('paced-1000x10');
  const more = { better: 'more' } as const;
  const less = { better: 'less' } as const;
  return [
    { what: 'runs/s ÷ floor, 64 clients, 20 tokens', ...more, must: 0.4, aim: 0.6, ...share(20) },
    { what: 'runs/s ÷ floor, 64 clients, 200 tokens', ...more, must: 0.4, aim: 0.7, ...share(200) },
    { what: 'CPU ms per run, 20 tokens', ...less, must: 4, aim: 3, ...pair(closed('closed-64x20'), cpuMsPerRun) },
    { what: 'CPU ms per run, 200 tokens', ...less, must: 6.5, aim: 5, ...pair(closed('closed-64x200'), cpuMsPerRun) },
    { what: 'first text p50, 1 client, ms', ...less, must: 12, aim: 9, ...pair(alone, (r) => r.firstTextMs.p50) },
    { what: 'last text to done p50, 1 client, ms', ...less, must: 5, aim: 3, ...pair(alone, (r) => r.doneMs.p50) },
    { what: '200 × 50 tokens/s: delivered %', ...more, must: 100, aim: 100, ...pair(fast, deliveredPercent) },
    { what: '200 × 50 tokens/s: added p50, ms', ...less, must: 30, aim: 20, ...pair(fast, (r) => r.addedMs.p50) },
    { what: '1,000 × 10 tokens/s: delivered %', ...more, must: 100, aim: 100, ...pair(many, deliveredPercent) },
    { what: '1,000 × 10 tokens/s: added p95, ms', ...less, must: 145, aim: 50, ...pair(many, (r) => r.addedMs.p95) },
    {
      what: '1,000 × 10 tokens/s: server KB per stream',
      ...less,
      must: 160,
      aim: 100,
      ...pair(many, (r) => serverCost(r.costs, 'grownKb') / 1000),
    },
  ];
};
