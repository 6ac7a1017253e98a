import { cpus, loadavg, totalmem } from 'node:os';
import { spreadOf } from '../measure/spread.ts';
import type { Measurement } from '../run-repetition.ts';
import { spread } from './markdown.ts';

const QUIET_CORES = 0.3;

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** Of the last minute, before the bench began: above a fraction of a core the rates say little. */
  readonly load: number;
  readonly startedAt: string;
}

/** On what the figures were measured. */
export const describeMachine = (): Machine => {
  const cores = cpus();
  const [load = 0] = loadavg();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load,
    startedAt: new Date().toISOString(),
  };
};

/** The same for people, with how much of it others had meanwhile. */
export const describeConditions = (machine: Machine, measurements: readonly Measurement[]): string => {
  const others = spreadOf(measurements.map(({ result }) => result.otherCores));
  return `${machine.cores} cores ${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}; ${machine.startedAt}. Median [least–most] of the repetitions; servers, load and model share the machine. Other processes used ${spread(others)} cores meanwhile${others.median > QUIET_CORES ? ': **too much for rates and delays to mean anything; look at the ratios only**' : ''}.`;
};
