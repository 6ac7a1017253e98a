import { describe, expect, it } from 'vitest';
import { createHourWindow } from '../../../src/shared/ops/hour-window.ts';
import { quantile } from '../../../src/shared/ops/quantile.ts';
import type { QueueMinute } from '../../../src/shared/ops/queue-report.ts';

const MINUTE = 60_000;
const NOON = Date.parse('2026-01-31T12:00:00.000Z');
const minuteOf = (time: number) => Math.floor(time / MINUTE);

const row = (minute: number): QueueMinute => ({
  minute: new Date(minute * MINUTE).toISOString(),
  lane: 'interactive',
  completed: 1,
  failed: 0,
  cancelled: 0,
  other: 0,
  ttft_p50_ms: null,
  ttft_p95_ms: null,
  wait_p50_ms: null,
});

/** A record with one row in every minute up to `now`, and the ranges it was asked for. */
function record(budgetMs = 60_000) {
  const asked: [from: number, to: number | null][] = [];
  const state = { now: NOON, fail: false };
  const window = createHourWindow({
    budgetMs,
    async readRows(from, to) {
      asked.push([from, to]);
      if (state.fail) throw new Error('away');
      const end = to ?? minuteOf(state.now) + 1;
      return Array.from({ length: end - from }, (_, index) => row(from + index));
    },
  });
  return {
    asked,
    async read(now: number) {
      state.now = now;
      return (await window.read(now)).map(({ minute }) => Date.parse(minute) / MINUTE);
    },
    fail: (value: boolean) => {
      state.fail = value;
    },
  };
}

const hourUpTo = (now: number) => Array.from({ length: 60 }, (_, index) => minuteOf(now) - 59 + index);

describe('the window of an hour', () => {
  it('has 60 minutes in order, each once', async () => {
    expect(await record().read(NOON + 30_000)).toEqual(hourUpTo(NOON + 30_000));
    expect(await record().read(NOON + 1000)).toEqual(hourUpTo(NOON + 1000));
  });

  it('reads a minute that is over once, ten seconds after its end, and the current one at each look', async () => {
    const { asked, read } = record();
    const noon = minuteOf(NOON);
    await read(NOON + 30_000);
    asked.length = 0;
    await read(NOON + 59_000);
    expect(asked).toEqual([[noon, null]]);
    asked.length = 0;
    expect(await read(NOON + MINUTE + 5000)).toEqual(hourUpTo(NOON + MINUTE));
    expect(asked).toEqual([[noon, null]]);
    asked.length = 0;
    expect(await read(NOON + MINUTE + 11_000)).toEqual(hourUpTo(NOON + MINUTE));
    expect(asked).toEqual([
      [noon + 1, null],
      [noon, noon + 1],
    ]);
    asked.length = 0;
    await read(NOON + MINUTE + 12_000);
    expect(asked).toEqual([[noon + 1, null]]);
  });

  it('fills from its newest minute when there is no time to read all at once', async () => {
    const { read } = record(0);
    expect(await read(NOON + 30_000)).toEqual([minuteOf(NOON)]);
    const impatient = record();
    await impatient.read(NOON + 30_000);
    const slices = impatient.asked.slice(1);
    expect(slices[0]).toEqual([minuteOf(NOON) - 5, minuteOf(NOON)]);
    for (const [from, to] of slices) expect((to ?? 0) - from).toBeLessThanOrEqual(5);
  });

  it('reads what was missed after a time in which nobody looked, or the record was away', async () => {
    const { asked, read, fail } = record();
    await read(NOON + 30_000);
    fail(true);
    await expect(read(NOON + 8 * MINUTE)).rejects.toThrow('away');
    fail(false);
    asked.length = 0;
    expect(await read(NOON + 8 * MINUTE + 30_000)).toEqual(hourUpTo(NOON + 8 * MINUTE));
    const missed = asked.slice(1).flatMap(([from, to]) => Array.from({ length: (to ?? 0) - from }, (_, n) => from + n));
    expect(missed.toSorted()).toEqual(Array.from({ length: 8 }, (_, n) => minuteOf(NOON) + n));
    expect(await read(NOON + 200 * MINUTE)).toEqual(hourUpTo(NOON + 200 * MINUTE));
  });
});

describe('a quantile of a histogram', () => {
  it('is the smallest value that the share of the observations does not exceed', () => {
    const one = (value: number, count = 1) => ({ value, count });
    expect(quantile([], 0.5)).toBeNull();
    expect(quantile([one(7)], 0.95)).toBe(7);
    expect(quantile([one(3), one(1), one(2)], 0.5)).toBe(2);
    expect(quantile([one(1, 94), one(9, 1), one(5, 5)], 0.95)).toBe(5);
    expect(quantile([one(1, 90), one(9, 10)], 0.95)).toBe(9);
    expect(quantile([one(4, 2), one(2, 2)], 0)).toBe(2);
  });
});
