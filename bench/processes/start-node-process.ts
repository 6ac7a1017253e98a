import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../test/support/wait-for.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIE_WITH_PARENT = new URL('../../src/local/die-with-parent.ts', import.meta.url).href;
const READY_MS = 20_000;
const STOP_MS = 10_000;

export interface NodeProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The fields of the line that said it is ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** SIGTERM, and SIGKILL when that takes too long; settles when it is gone. */
  stop(): Promise<void>;
}

export interface NodeProcessSpec {
  /** Also the name of its log file. */
  readonly name: string;
  /** Below the repository's root. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where its output goes: reading it here would cost the CPU that is measured. */
  readonly logDir: string;
  /** Its CPU profile is written there when it ends. */
  readonly profileDir: string | null;
}

/** Starts one of our scripts and waits for its JSON line with `ready: true` or the message "… is ready" or "… is listening". @throws with its last lines when it ends first. */
export const startNodeProcess = async (spec: NodeProcessSpec): Promise<NodeProcess> => {
  const logFile = join(spec.logDir, `${spec.name}.log`);
  const log = openSync(logFile, 'w');
  const profile =
    spec.profileDir === null
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${spec.profileDir}`, `--cpu-prof-name=${spec.name}.cpuprofile`];
  const child = spawn(process.execPath, [...profile, '--import', DIE_WITH_PARENT, spec.script], {
    cwd: ROOT,
    env: spec.env,
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const ended = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const stop = async (): Promise<void> => {
    if (hasEnded()) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(timer);
  };

  try {
    const found = await waitFor(() => findReadyLine(logFile) ?? hasEnded(), {
      what: `${spec.name} is ready`,
      timeoutMs: READY_MS,
    });
    if (found === true || child.pid === undefined) throw new Error(`${spec.name} ended before it was ready`);
    return { pid: child.pid, child, ready: found, stop };
  } catch (cause) {
    await stop();
    const lastLines = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n');
    throw new Error(`${spec.name} did not start; its last lines:\n${lastLines}`, { cause });
  }
};

const findReadyLine = (logFile: string): Record<string, unknown> | null => {
  for (const line of readFileSync(logFile, 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    const fields = JSON.parse(line) as Record<string, unknown>;
    if (fields.ready === true || /is (ready|listening)$/.test(String(fields.msg))) return fields;
  }
  return null;
};
