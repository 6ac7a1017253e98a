import type { CliError } from '../cli-error.ts';

interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Where a command says what it found: results to stdout, everything else to stderr. */
export interface Output {
  readonly json: boolean;
  /** A thing: as JSON in one line, or as people read it. */
  thing(value: unknown, text: () => string): void;
  /** Several: a line of JSON each, or a table. */
  list<T>(values: readonly T[], columns: Columns<T>): void;
  /** Text that is a result as it is. */
  raw(text: string): void;
  /** What happens meanwhile; not with `--json`. */
  note(text: string): void;
  problem(error: CliError): void;
  readonly progress: Sink;
}

/** Head of a column → what stands in it. */
export type Columns<T> = Readonly<Record<string, (value: T) => string | number | null>>;

export function createOutput(options: {
  readonly json: boolean;
  readonly stdout: Sink;
  readonly stderr: Sink;
}): Output {
  const { json, stdout, stderr } = options;
  const line = (value: unknown) => stdout.write(`${JSON.stringify(value)}\n`);
  return {
    json,
    progress: stderr,
    thing(value, text) {
      if (json) line(value);
      else stdout.write(`${text()}\n`);
    },
    list(values, columns) {
      if (json) for (const value of values) line(value);
      else stdout.write(toTable(values, columns));
    },
    raw: (text) => void stdout.write(text),
    note(text) {
      if (!json) stderr.write(`${text}\n`);
    },
    problem({ problem }) {
      if (json) {
        stderr.write(`${JSON.stringify(problem)}\n`);
        return;
      }
      stderr.write(`skein: ${problem.detail}\n`);
      for (const { line: at, pointer, message } of problem.errors ?? [])
        stderr.write(
          `  ${[at === undefined ? '' : `line ${at}`, pointer, message].filter((part) => part !== '').join(': ')}\n`,
        );
    },
  };
}

/** Columns as wide as their widest cell, two blanks between them. */
export function toTable<T>(values: readonly T[], columns: Columns<T>): string {
  const heads = Object.keys(columns);
  const rows = [heads, ...values.map((value) => heads.map((head) => String(columns[head]?.(value) ?? '-')))];
  const widths = heads.map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, n) => cell.padEnd(widths[n] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
