import type { ClosedResult } from '../load/work.ts';
import { TARGETS } from '../processes/start-rig.ts';
import type { Measurement } from '../run-repetition.ts';
import { cellsOf, cpuMsPerRun, ratioOver, resultsOf, runsPerSecond, spreadOver } from './figures.ts';
import { number, spread, table } from './markdown.ts';

const titleOf = (cell: string): string => cell.replace(/closed-(\d+)x(\d+)/, '$1 clients, $2 tokens');

/** Runs per second, and what a run costs. */
export const closedTable = (measurements: readonly Measurement[]): string => {
  const rows = cellsOf(measurements, 'closed').map((cell) => {
    const of = (target: (typeof TARGETS)[number]) => resultsOf(measurements, 'closed', cell, target);
    return [
      titleOf(cell),
      ...TARGETS.map((target) => spread(spreadOver(of(target), runsPerSecond))),
      spread(ratioOver(of('skein'), of('floor'), runsPerSecond)),
      spread(spreadOver(of('floor'), cpuMsPerRun)),
      spread(spreadOver(of('skein'), cpuMsPerRun)),
      byProcess([...of('skein').values()]),
    ];
  });
  const head = [
    'model without delay',
    'model alone, runs/s',
    'floor, runs/s',
    'Skein, runs/s',
    'Skein, temporary threads',
  ];
  return table(
    'Completed runs per second, and server CPU per run',
    [...head, 'Skein ÷ floor', 'floor, CPU ms per run', 'Skein, CPU ms per run', 'Skein, CPU ms by process'],
    rows,
  );
};

/** When the first text comes, and how long after the last one the stream says that it is over. */
export const latencyTable = (measurements: readonly Measurement[]): string => {
  const rows = cellsOf(measurements, 'closed').flatMap((cell) =>
    (['floor', 'skein'] as const).flatMap((target) => {
      const results = resultsOf(measurements, 'closed', cell, target);
      if (results.size === 0) return [];
      const figure = (pick: (result: ClosedResult) => number) => spread(spreadOver(results, pick));
      return [
        [
          `${titleOf(cell)}: ${target}`,
          figure(({ firstTextMs }) => firstTextMs.p50),
          figure(({ firstTextMs }) => firstTextMs.p95),
          figure(({ firstTextMs }) => firstTextMs.p99),
          figure(({ doneMs }) => doneMs.p50),
          figure(({ doneMs }) => doneMs.p95),
        ],
      ];
    }),
  );
  const head = ['milliseconds', 'first text p50', 'p95', 'p99', 'last text to done p50', 'p95'];
  return table('Time to the first text and from the last text to the end', head, rows);
};

/** CPU per run of each process, mean of the repetitions. */
const byProcess = (results: readonly ClosedResult[]): string => {
  const names = Object.keys(results[0]?.costs ?? {});
  const mean = (name: string): number =>
    results.reduce((sum, { costs, runs }) => sum + (costs[name]?.cpuMs ?? 0) / runs, 0) / results.length;
  return names.map((name) => `${name} ${number(mean(name))}`).join(', ');
};
