import type { Command } from 'commander';
import { type Connection, createConnection } from './api/connection.ts';
import { createOutput, type Output } from './output/output.ts';

/** What every command works with. */
export interface Context {
  readonly connection: Connection;
  readonly output: Output;
  /** For results that are copied as they come. */
  readonly stdout: NodeJS.WritableStream;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the process ends with when the command itself went well. */
  exitWith(code: number): void;
}

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly signal: AbortSignal;
  exitWith(code: number): void;
}

/** Makes the context of a command from the options that all have. */
export type ContextOf = (command: Command) => Context;

export const createContextOf =
  ({ env, stdout, stderr, signal, exitWith }: Surroundings): ContextOf =>
  (command) => {
    const options = command.optsWithGlobals<{ url?: string; json?: boolean }>();
    const url = options.url ?? (env.SKEIN_URL || 'http://127.0.0.1:8123');
    return {
      connection: createConnection({ url, apiKey: env.SKEIN_API_KEY || undefined }),
      output: createOutput({ json: options.json === true, stdout, stderr }),
      stdout,
      signal,
      exitWith,
    };
  };
