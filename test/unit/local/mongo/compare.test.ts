import { Decimal128, Long } from 'bson';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalKey } from '../../../../src/local/mongo/values/canonical-key.ts';
import { compareValues } from '../../../../src/local/mongo/values/compare.ts';
import { value } from './arbitraries.ts';

describe('the order of BSON values', () => {
  it('is a total order', () => {
    fc.assert(
      fc.property(value, value, value, (a, b, c) => {
        expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)));
        if (compareValues(a, b) <= 0 && compareValues(b, c) <= 0) expect(compareValues(a, c)).toBeLessThanOrEqual(0);
        expect(compareValues(a, a)).toBe(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('calls two values equal exactly when their keys are equal', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalKey(a) === canonicalKey(b)).toBe(compareValues(a, b) === 0);
      }),
      { numRuns: 5000 },
    );
  });

  it('compares numbers of different types exactly', () => {
    const ascending = [
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      Decimal128.fromString('-1E+30'),
      -1.5,
      Decimal128.fromString('0.1'),
      0.1,
      Long.fromString('9007199254740992'),
      Long.fromString('9007199254740993'),
      9007199254740994,
      Decimal128.fromString('9007199254740994.5'),
      Number.POSITIVE_INFINITY,
    ];
    const signs = ascending.map((a, i) => ascending.map((b, j) => Math.sign(compareValues(a, b)) === Math.sign(i - j)));
    expect(signs.flat().every(Boolean)).toBe(true);
    expect(compareValues(Decimal128.fromString('1.50'), 1.5)).toBe(0);
    expect(canonicalKey(Decimal128.fromString('5.00'))).toBe(canonicalKey(Long.fromNumber(5)));
  });

  it('compares text by code point', () => {
    expect(compareValues('\u{1f600}', '\uffff')).toBeGreaterThan(0);
    expect(compareValues('\u{1f600}', '\u{1f601}')).toBeLessThan(0);
  });
});
