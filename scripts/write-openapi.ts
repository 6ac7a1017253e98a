/**
 * Writes openapi.json, or with `--check` fails when it is not what the contracts say. Needs no connection: contracts are read, nothing is called.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describeApi } from '../src/api/describe-api.ts';

const file = new URL('../openapi.json', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const text = `${JSON.stringify(describeApi(version), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('openapi.json differs from the contracts: run `node scripts/write-openapi.ts` and commit it.');
  process.exitCode = 1;
}
