import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait-for.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIE_WITH_PARENT = new URL('../../../src/local/die-with-parent.ts', import.meta.url).href;
const READY_MS = 60_000;
/** A long run of faults must not fill the memory with log lines. */
const KEPT_LINES = 2000;

/** A line that a child wrote: its JSON, or the text as `msg`. */
export type ChildLine = Readonly<Record<string, unknown>>;

/** One of our scripts as a process of its own, to be stopped, frozen and killed by pid. It ends with this process. */
export interface Child {
  readonly pid: number;
  /** The line that said it is ready. */
  readonly ready: ChildLine;
  /** The newest 2,000 lines. */
  readonly lines: readonly ChildLine[];
  readonly ended: boolean;
  /** Null while it runs and when a signal ended it. */
  readonly exitCode: number | null;
  send(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** SIGKILL, also to a frozen one; settles when it is gone. */
  kill(): Promise<void>;
  /** Settles when it has ended. @throws after `timeoutMs` */
  gone(timeoutMs: number): Promise<void>;
}

/** @param isReady tells the line that means "ready" @throws when the process ends before that, with its last lines */
export async function startChild(
  script: string,
  env: Readonly<Record<string, string>>,
  isReady: (line: ChildLine) => boolean,
  args: readonly string[] = [],
): Promise<Child> {
  const child: ChildProcess = spawn(process.execPath, ['--import', DIE_WITH_PARENT, script, ...args], {
    cwd: ROOT,
    env: { NODE_ENV: 'test', AUTH_MODE: 'none', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} did not start`);
  const exited = once(child, 'exit');
  const lines: ChildLine[] = [];
  let ready: ChildLine | null = null;
  for (const stream of [child.stdout, child.stderr])
    if (stream)
      createInterface({ input: stream }).on('line', (text) => {
        const line = parse(text);
        if (ready === null && isReady(line)) ready = line;
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
      });
  const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;

  const found = await waitFor(() => ready ?? ended(), { what: `${script} is ready`, timeoutMs: READY_MS });
  if (found === true)
    throw new Error(`${script} ended (${child.exitCode ?? child.signalCode}) before it was ready:\n${tail(lines)}`);
  return {
    pid,
    ready: found,
    lines,
    get ended() {
      return ended();
    },
    get exitCode() {
      return child.exitCode;
    },
    send: (signal) => void child.kill(signal),
    async kill() {
      if (ended()) return;
      child.kill('SIGKILL');
      await exited;
    },
    async gone(timeoutMs) {
      await waitFor(ended, { what: `${script} has ended`, timeoutMs });
    },
  };
}

const tail = (lines: readonly ChildLine[]): string =>
  lines
    .slice(-20)
    .map((line) => JSON.stringify(line))
    .join('\n');

function parse(text: string): ChildLine {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as ChildLine;
  } catch {
    // Not JSON: a line of Node itself.
  }
  return { msg: text };
}
