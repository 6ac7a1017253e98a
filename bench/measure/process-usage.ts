import { readFileSync, writeFileSync } from 'node:fs';

/** Processes by the name they have in the tables. */
export type Pids = Readonly<Record<string, number>>;

/** What the kernel knows of a process at one moment. */
export interface Usage {
  /** User and system time since its start. */
  readonly cpuMs: number;
  /** Resident memory now. */
  readonly rssKb: number;
  /** Most resident memory since its start, or since `resetPeaks`. */
  readonly peakKb: number;
}

/** /proc counts CPU in hundredths of a second on every Linux, whatever the kernel's own tick. */
const MS_PER_TICK = 10;

/** Reads all processes. @throws when one is gone, or there is no /proc (Linux only). */
export const readUsage = (pids: Pids): Record<string, Usage> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, readOne(pid)]));

/** Lets `peakKb` start again from what is resident now. */
export const resetPeaks = (pids: Pids): void => {
  for (const pid of Object.values(pids)) writeFileSync(`/proc/${pid}/clear_refs`, '5');
};

/** CPU time of everything on the machine since it started, all cores together; time stolen by the host counts as used. */
export const readMachineCpuMs = (): number => {
  const [first = ''] = readFileSync('/proc/stat', 'latin1').split('\n', 1);
  // cpu user nice system idle iowait irq softirq steal …; guest time is in user already.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = first
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * MS_PER_TICK;
};

const readOne = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The second field is the command in brackets and may hold blanks; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    rssKb: kilobytes(status, 'VmRSS'),
    peakKb: kilobytes(status, 'VmHWM'),
  };
};

const kilobytes = (status: string, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
