import { describe, expect, it } from 'vitest';
import { formatDuration, formatRelative } from '../../../src/web/ui/format-time.ts';

describe('a duration', () => {
  it.each([
    [0, '0 ms'],
    [840.4, '840 ms'],
    [999.6, '1.00 s'],
    [3200, '3.20 s'],
    [9_999, '10.0 s'],
    [12_345, '12.3 s'],
    [59_999, '1 min'],
    [250_000, '4 min 10 s'],
    [599_600, '10 min'],
    [600_000, '10 min'],
    [3_599_900, '1 h'],
    [7_500_000, '2 h 5 min'],
  ])('of %d ms reads "%s"', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('how long ago', () => {
  const now = Date.parse('2026-01-31T09:30:00.000Z');
  it.each([
    ['2026-01-31T09:29:30.000Z', 'now'],
    ['2026-01-31T09:26:00.000Z', '4m ago'],
    ['2026-01-28T09:30:00.000Z', '3d ago'],
    ['2026-01-31T09:30:05.000Z', 'now'],
  ])('%s reads "%s"', (time, text) => expect(formatRelative(time, now)).toBe(text));
});
