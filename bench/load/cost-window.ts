import { type Pids, readMachineCpuMs, readUsage, resetPeaks } from '../measure/process-usage.ts';
import type { ProcessCost } from './work.ts';

/** Measures what processes use between `open` and `close`. */
export interface CostWindow {
  open(): void;
  /** Seconds since `open`, the costs by process, and how many cores all other processes of the machine used. */
  close(): { readonly seconds: number; readonly costs: Record<string, ProcessCost>; readonly otherCores: number };
}

/** Memory counts from this call on, CPU from `open`. This process is measured too, as `load`. */
export const createCostWindow = (pids: Pids): CostWindow => {
  const all = { ...pids, load: process.pid };
  resetPeaks(all);
  const before = readUsage(all);
  let openedAt = performance.now();
  let opened = before;
  let machineMs = 0;
  return {
    open() {
      opened = readUsage(all);
      machineMs = readMachineCpuMs();
      openedAt = performance.now();
    },
    close() {
      const seconds = (performance.now() - openedAt) / 1000;
      const costs = Object.entries(readUsage(all)).map(([name, now]): [string, ProcessCost] => [
        name,
        {
          cpuMs: now.cpuMs - (opened[name]?.cpuMs ?? 0),
          peakKb: now.peakKb,
          grownKb: Math.max(0, now.peakKb - (before[name]?.rssKb ?? 0)),
        },
      ]);
      const oursMs = costs.reduce((sum, [, { cpuMs }]) => sum + cpuMs, 0);
      const otherCores = Math.max(0, (readMachineCpuMs() - machineMs - oursMs) / (seconds * 1000));
      return { seconds, costs: Object.fromEntries(costs), otherCores };
    },
  };
};
