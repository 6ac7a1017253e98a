import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFireTimes } from '../../../src/shared/schedules/fire-times.ts';
import { decideFire } from '../../../src/worker/schedules/decide-fire.ts';

const list = (cron: string, zone: string, from: string, count: number) =>
  createFireTimes(cron, zone)
    .list(new Date(from), count)
    .map((time) => time.toISOString().slice(0, 16));

describe('fire times', () => {
  it('are those of the time zone', () => {
    expect(list('0 9 * * MON-FRI', 'Europe/Berlin', '2026-01-30T12:00:00Z', 2)).toEqual([
      '2026-02-02T08:00',
      '2026-02-03T08:00',
    ]);
    expect(list('0 9 * * *', 'Asia/Kolkata', '2026-01-30T12:00:00Z', 1)).toEqual(['2026-01-31T03:30']);
    expect(list('0 0 29 2 *', 'UTC', '2026-01-30T12:00:00Z', 1)).toEqual(['2028-02-29T00:00']);
  });

  it('that an hour of spring takes away come an hour later, once', () => {
    expect(list('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
    expect(list('0 * * * *', 'Europe/Berlin', '2026-03-28T23:30:00Z', 3)).toEqual([
      '2026-03-29T00:00',
      '2026-03-29T01:00',
      '2026-03-29T02:00',
    ]);
  });

  it('that an hour of autumn repeats come once when the hour is named, and each hour when it is not', () => {
    expect(list('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(list('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z', 3)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T01:00',
      '2026-10-25T02:00',
    ]);
  });

  it('come again a day later where clocks change by half an hour and cron-parser finds no next time', () => {
    expect(list('*/30 2 * * *', 'Australia/Lord_Howe', '2026-04-03T12:00:00Z', 4)).toEqual([
      '2026-04-03T15:00',
      '2026-04-03T15:30',
      '2026-04-05T15:30',
      '2026-04-05T16:00',
    ]);
  });

  it('do not depend on when they are asked for', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Africa/Cairo', 'UTC'];
    const crons = ['30 2 * * *', '*/30 2 * * *', '0 * * * *', '*/7 * * * *', '15,45 1-3 * * *', '0 0 * * *'];
    // Around the days on which clocks change somewhere.
    const days = [
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-04-24',
      '2026-10-04',
      '2026-10-25',
      '2026-10-30',
      '2026-11-01',
    ];
    const moment = fc.tuple(fc.constantFrom(...days), fc.integer({ min: -24 * 3600, max: 24 * 3600 }));
    fc.assert(
      fc.property(fc.constantFrom(...crons), fc.constantFrom(...zones), moment, (cron, zone, [day, seconds]) => {
        const times = createFireTimes(cron, zone);
        const at = new Date(Date.parse(`${day}T03:00:00Z`) + seconds * 1000);
        const chain = times.list(new Date(at.getTime() - 6 * 3_600_000), 100);
        const expected = chain.find((time) => time > at);
        expect(expected === undefined || times.after(at).getTime() === expected.getTime()).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '@daily',
    'H * * * *',
    'H(0-5) * * * *',
    '60 * * * *',
    '*/0 * * * *',
    '0 0 30 2 *',
    'a b c d e',
    '5-1 * * * *',
    '0  9 * * *',
    '0 0 1 1 * 2027',
  ])('are refused for the expression "%s"', (cron) => {
    expect(() => createFireTimes(cron, 'UTC')).toThrow();
  });

  it.each(['', 'Mars/Base', 'local', 'system', '+02:00', 'UTC+3', '../etc'])(
    'are refused for the zone "%s"',
    (zone) => {
      expect(() => createFireTimes('0 9 * * *', zone)).toThrow(/IANA/);
    },
  );

  it('are found quickly after years without anybody looking', () => {
    const startedAt = performance.now();
    const minutely = createFireTimes('* * * * *', 'Europe/Berlin');
    expect(minutely.latest(new Date('2020-01-01T00:00:00Z'), new Date('2026-01-01T00:00:30Z'))).toEqual(
      new Date('2026-01-01T00:00:00Z'),
    );
    const yearly = createFireTimes('0 0 1 1 *', 'UTC');
    expect(yearly.latest(new Date('2020-01-01T00:00:00Z'), new Date('2025-12-31T23:59:00Z'))).toEqual(
      new Date('2025-01-01T00:00:00Z'),
    );
    expect(performance.now() - startedAt).toBeLessThan(3000);
  });
});

describe('decideFire', () => {
  const times = createFireTimes('0 * * * *', 'UTC');
  const at = (time: string) => new Date(`2026-01-31T${time}Z`);
  const decide = (due: string, now: string, missed: 'skip' | 'run_once') => {
    const { fire, next } = decideFire(times, at(due), at(now), missed);
    return [fire?.toISOString().slice(11, 16) ?? null, next.toISOString().slice(11, 16)];
  };

  it.each(['skip', 'run_once'] as const)('fires what is due, also a little late or early: %s', (missed) => {
    expect(decide('10:00:00', '10:00:00.100', missed)).toEqual(['10:00', '11:00']);
    expect(decide('10:00:00', '10:01:00', missed)).toEqual(['10:00', '11:00']);
    expect(decide('10:00:00', '09:59:59', missed)).toEqual(['10:00', '11:00']);
  });

  it('leaves out what was missed, or starts one run for all of it', () => {
    expect(decide('07:00:00', '10:30:00', 'skip')).toEqual([null, '11:00']);
    expect(decide('07:00:00', '10:30:00', 'run_once')).toEqual(['10:00', '11:00']);
    expect(decide('10:00:00', '10:30:00', 'skip')).toEqual([null, '11:00']);
  });

  it('fires the last time when that is on time, whatever was missed before', () => {
    expect(decide('07:00:00', '10:00:20', 'skip')).toEqual(['10:00', '11:00']);
    expect(decide('07:00:00', '10:00:20', 'run_once')).toEqual(['10:00', '11:00']);
  });
});
