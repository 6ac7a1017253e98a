import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Cli {
  /** Runs the command line to its end. `onStart` may interrupt it. */
  run(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    onStart?: (interrupt: () => void) => void,
  ): Promise<CliResult>;
  /** A file of the test's own with these lines. */
  file(name: string, lines: readonly unknown[]): string;
  path(name: string): string;
}

/** The command line as a process. @param url of the server it talks to */
export function useCli(url: () => string): Cli {
  const dir = mkdtempSync(join(tmpdir(), 'skein-cli-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const path = (name: string) => join(dir, name);
  return {
    path,
    file(name, lines) {
      writeFileSync(
        path(name),
        lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
      );
      return path(name);
    },
    async run(args, env = {}, onStart) {
      const child = spawn(process.execPath, [MAIN, ...args], {
        env: { SKEIN_URL: url(), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      onStart?.(() => child.kill('SIGINT'));
      const [stdout, stderr, code] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise<number | null>((resolve) => child.once('close', resolve)),
      ]);
      return { code, stdout, stderr };
    },
  };
}

export const jsonLines = <T>(output: string): T[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
