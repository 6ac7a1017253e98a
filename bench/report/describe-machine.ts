import { cpus, loadavg, totalmem } from 'node:os';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  /** Of the last minute, before the bench began: above a fraction of a core the rates say little. */
  readonly load: number;
  readonly startedAt: string;
  readonly sentence: string;
}

/** On what the figures were measured. */
export const describeMachine = (): Machine => {
  const cores = cpus();
  const [load = 0] = loadavg();
  const machine = {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load,
    startedAt: new Date().toISOString(),
  };
  const sentence = `${machine.cores} cores ${machine.cpu}, ${machine.memoryGb} GB, Node ${machine.node}, load before the start ${load.toFixed(2)}; ${machine.startedAt}. Median [least–most] of the repetitions; everything, load and model included, shares the machine.`;
  return { ...machine, sentence };
};
