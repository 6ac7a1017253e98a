import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process by its number and a text that no later process with the same number has. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/**
 * Who runs under this pid now; null when nobody does (or only the remains of a dead process, a zombie). Pids are given out again, soonest after a reboot,
 * so a pid in a file proves nothing by itself: the start time and, on Linux, the boot are part of the identity.
 */
export function identifyProcess(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.started === identity.started;
}

function startedOnLinux(pid: number): string | null {
  try {
    // proc_pid_stat(5): the name in brackets may hold anything, so fields are counted from the last bracket; 3 = state, 22 = start in clock ticks.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`;
  } catch {
    return null;
  }
}

function startedByPs(pid: number): string | null {
  const ps = spawnSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const line = ps.stdout?.trim() ?? '';
  return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
}
