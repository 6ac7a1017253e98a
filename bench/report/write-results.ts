import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../options.ts';
import type { Measurement } from '../run-repetition.ts';
import type { Machine } from './describe-machine.ts';

const DIR = fileURLToPath(new URL('../results/', import.meta.url));

/** Writes everything that was measured as JSON. @returns the file */
export const writeResults = (results: {
  readonly machine: Machine;
  readonly options: BenchOptions;
  readonly measurements: readonly Measurement[];
}): string => {
  mkdirSync(DIR, { recursive: true });
  const file = join(DIR, `${results.machine.startedAt.replaceAll(':', '-').slice(0, 19)}.json`);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
};
