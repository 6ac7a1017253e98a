import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE } from '../../src/shared/errors/error-catalogue.ts';

describe('docs/errors.md', () => {
  it('lists exactly the codes of the catalogue, with their status, in its order, each with what to do', () => {
    const rows = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `(\w+)` \| (\d{3}) \| (.+) \| (.+) \|$/gm)];
    expect(rows.map(([, code, status]) => `${code} ${status}`)).toEqual(
      Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => `${code} ${status}`),
    );
    for (const [, code, , meaning, advice] of rows) {
      expect(meaning?.length, code).toBeGreaterThan(10);
      expect(advice?.length, code).toBeGreaterThan(5);
    }
  });
});
