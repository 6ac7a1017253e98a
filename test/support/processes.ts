import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DIE_WITH_PARENT = new URL('../../src/local/die-with-parent.ts', import.meta.url).href;
/** Includes building the indexes of a new database, which some engines take long for. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 30_000;

/** One line that a process logged. Lines that are not JSON have only `msg`. */
export type LogEntry = Readonly<Record<string, unknown>> & { readonly msg: string };

export interface TestProcess {
  readonly pid: number;
  /** What it has logged so far, oldest first. */
  readonly logs: readonly LogEntry[];
  /** Waits for a log line with this `msg`; also finds one that is there already. */
  waitForLog(msg: string, timeoutMs?: number): Promise<LogEntry>;
  /** SIGTERM; settles with the exit code when it is gone (null: a signal ended it). @throws after 30 s. */
  stop(): Promise<number | null>;
  /** SIGKILL to its pid; settles when it is gone. */
  kill(): Promise<void>;
  hasEnded(): boolean;
}

export interface ApiProcess extends TestProcess {
  readonly url: string;
  readonly port: number;
}

export interface TestProcesses {
  /** Starts `src/api/main.ts` on a free port (or `env.PORT`) and waits until it listens. */
  startApi(env: Readonly<Record<string, string>>): Promise<ApiProcess>;
  /** Starts `src/worker/main.ts` and waits until it takes runs. */
  startWorker(env: Readonly<Record<string, string>>): Promise<TestProcess>;
  /** Starts any of our scripts and waits for the log line `readyMsg`; the entry is in `ready`. */
  startScript(
    script: string,
    env: Readonly<Record<string, string>>,
    readyMsg: string,
  ): Promise<TestProcess & { readonly ready: LogEntry }>;
}

/**
 * Real processes for tests. They get `env` and nothing of the test run's own environment. What is left is killed after each test, or with `scope: 'file'` at the end of the file
 * (the `describe`); they also end when the test run is killed.
 */
export function useProcesses(options: { readonly scope?: 'test' | 'file' } = {}): TestProcesses {
  const started: TestProcess[] = [];
  const killAll = async (): Promise<void> => {
    await Promise.all(started.splice(0).map((child) => child.kill()));
  };
  if (options.scope === 'file') afterAll(killAll);
  else afterEach(killAll);

  const startScript: TestProcesses['startScript'] = async (script, env, readyMsg) => {
    const child = startProcess(script, env);
    started.push(child);
    const ready = await child.waitForLog(readyMsg, READY_TIMEOUT_MS);
    return { ...child, ready };
  };
  return {
    startScript,
    async startApi(env) {
      const api = await startScript('src/api/main.ts', { PORT: '0', ...env }, 'api is listening');
      const port = Number(api.ready.port);
      return { ...api, port, url: `http://127.0.0.1:${port}` };
    },
    startWorker: (env) => startScript('src/worker/main.ts', env, 'worker is ready'),
  };
}

function startProcess(script: string, env: Readonly<Record<string, string>>): TestProcess {
  const child: ChildProcess = spawn(process.execPath, ['--import', DIE_WITH_PARENT, script], {
    cwd: ROOT,
    env: { NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} did not start`);
  const logs: LogEntry[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream) createInterface({ input: stream }).on('line', (line) => void logs.push(toEntry(line)));
  const exited = once(child, 'exit');
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const lastLines = (): string =>
    logs
      .slice(-20)
      .map((entry) => JSON.stringify(entry))
      .join('\n');

  return {
    pid,
    logs,
    hasEnded,
    async waitForLog(msg, timeoutMs = 5000) {
      const find = (): LogEntry | undefined => logs.find((entry) => entry.msg === msg);
      const what = `${script} logs "${msg}"`;
      const found = await waitFor(() => find() ?? hasEnded(), { what, timeoutMs }).catch((error: Error) => {
        throw new Error(`${error.message}; its last lines:\n${lastLines()}`);
      });
      if (found !== true) return found;
      // The last lines of a process may arrive after the news of its end.
      const late = await waitFor(find, { what, timeoutMs: 200 }).catch(() => null);
      if (!late)
        throw new Error(
          `${script} ended (${child.exitCode ?? child.signalCode}) without "${msg}"; its last lines:\n${lastLines()}`,
        );
      return late;
    },
    async stop() {
      child.kill('SIGTERM');
      await waitFor(hasEnded, { what: `${script} stops after SIGTERM`, timeoutMs: STOP_TIMEOUT_MS });
      return child.exitCode;
    },
    async kill() {
      if (hasEnded()) return;
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function toEntry(line: string): LogEntry {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null && 'msg' in entry && typeof entry.msg === 'string')
      return { ...entry, msg: entry.msg };
  } catch {
    // not JSON: a line of Node itself, such as a stack
  }
  return { msg: line };
}
