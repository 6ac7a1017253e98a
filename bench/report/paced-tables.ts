import type { PacedResult } from '../load/work.ts';
import type { Measurement } from '../run-repetition.ts';
import { cellsOf, cpuPerToken, deliveredPercent, resultsOf, serverCost, spreadOver } from './figures.ts';
import { spread, table } from './markdown.ts';

const titleOf = (cell: string): string => cell.replace(/paced-(\d+)x(\d+)/, '$1 streams × $2 tokens/s');
const streamsOf = (cell: string): number => Number(/paced-(\d+)x/.exec(cell)?.[1]);

type Figure = (result: PacedResult) => number;

/** What arrives of a paced load, how late, and what it costs. */
export const pacedTable = (measurements: readonly Measurement[]): string => {
  const rows = rowsOf(measurements, (cell, target, figure) => [
    [
      `${titleOf(cell)}: ${target}`,
      figure(deliveredPercent),
      figure(({ addedMs }) => addedMs.p50),
      figure(({ addedMs }) => addedMs.p95),
      figure(({ addedMs }) => addedMs.p99),
      figure((result) => cpuPerToken(serverCost(result.costs, 'cpuMs'), result)),
      figure(({ costs }) => serverCost(costs, 'grownKb') / streamsOf(cell)),
    ],
  ]);
  const head = ['model at the pace of a person reading fast', 'delivered %', 'added ms p50', 'p95', 'p99'];
  return table('Open streams', [...head, 'server CPU s per 1,000 tokens', 'server KB per stream'], rows);
};

/** The same by process. */
export const processTable = (measurements: readonly Measurement[]): string => {
  const rows = rowsOf(measurements, (cell, target, figure, processes) =>
    processes.map((name) => [
      `${titleOf(cell)}: ${target}, ${name}`,
      figure((result) => cpuPerToken(result.costs[name]?.cpuMs ?? 0, result)),
      figure(({ costs }) => (costs[name]?.peakKb ?? 0) / 1024),
      figure(({ costs }) => (costs[name]?.grownKb ?? 0) / streamsOf(cell)),
    ]),
  );
  return table('Open streams, by process', ['', 'CPU s per 1,000 tokens', 'peak MB', 'KB per stream'], rows);
};

const rowsOf = (
  measurements: readonly Measurement[],
  toRows: (cell: string, target: string, figure: (pick: Figure) => string, processes: string[]) => string[][],
): string[][] =>
  cellsOf(measurements, 'paced').flatMap((cell) =>
    (['model', 'floor', 'skein'] as const).flatMap((target) => {
      const results = resultsOf(measurements, 'paced', cell, target);
      const [first] = results.values();
      if (!first) return [];
      return toRows(cell, target, (pick) => spread(spreadOver(results, pick)), Object.keys(first.costs));
    }),
  );
