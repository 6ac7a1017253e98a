import type { ClosedResult, PacedResult, ProcessCost } from '../load/work.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';
import type { Target } from '../processes/start-rig.ts';
import type { Measurement } from '../run-repetition.ts';

/** Load and model are not the server's. */
const OTHERS = ['load', 'model'];

type Costs = Readonly<Record<string, ProcessCost>>;

/** A cost of all server processes together. */
export const serverCost = (costs: Costs, field: keyof ProcessCost): number =>
  Object.entries(costs).reduce((sum, [name, cost]) => (OTHERS.includes(name) ? sum : sum + cost[field]), 0);

export const runsPerSecond = (result: ClosedResult): number => result.runs / result.seconds;
export const cpuMsPerRun = (result: ClosedResult): number => serverCost(result.costs, 'cpuMs') / result.runs;
export const deliveredPercent = (result: PacedResult): number => (100 * result.tokens) / result.offered;
/** CPU milliseconds of one process per token are CPU seconds per 1,000 tokens. */
export const cpuPerToken = (cpuMs: number, result: PacedResult): number => cpuMs / result.tokens;

interface Kinds {
  readonly closed: ClosedResult;
  readonly paced: PacedResult;
}

/** The results of a cell for a target, by repetition. */
export const resultsOf = <K extends keyof Kinds>(
  measurements: readonly Measurement[],
  kind: K,
  cell: string,
  target: Target,
): ReadonlyMap<number, Kinds[K]> => {
  const results = new Map<number, Kinds[K]>();
  for (const measurement of measurements)
    if (measurement.cell === cell && measurement.target === target && measurement.result.kind === kind)
      results.set(measurement.repetition, measurement.result as Kinds[K]);
  return results;
};

/** A figure over the repetitions; null when there are none. */
export const spreadOver = <R>(results: ReadonlyMap<number, R>, figure: (result: R) => number): Spread | null =>
  results.size === 0 ? null : spreadOf([...results.values()].map(figure));

/** The ratio of a figure to the same of the floor, made within each repetition. */
export const ratioOver = <R>(
  results: ReadonlyMap<number, R>,
  floor: ReadonlyMap<number, R>,
  figure: (result: R) => number,
): Spread | null => {
  const ratios = [...results].flatMap(([repetition, result]) => {
    const base = floor.get(repetition);
    return base === undefined ? [] : [figure(result) / figure(base)];
  });
  return ratios.length === 0 ? null : spreadOf(ratios);
};

/** The names of the measured cells of a kind, in the order they were measured. */
export const cellsOf = (measurements: readonly Measurement[], kind: keyof Kinds): string[] => [
  ...new Set(measurements.filter(({ result }) => result.kind === kind).map(({ cell }) => cell)),
];
