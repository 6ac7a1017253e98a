import { describe, expect, it } from 'vitest';
import { hourOf, newest, sum } from '../../../src/web/pages/queues/hour-of.ts';
import type { QueueMinute } from '../../../src/web/pages/queues/queue-report.ts';

const minute = (time: string, more: Partial<QueueMinute>): QueueMinute => ({
  minute: `2026-01-31T${time}:00.000Z`,
  lane: 'interactive',
  completed: 0,
  failed: 0,
  cancelled: 0,
  other: 0,
  ttft_p50_ms: null,
  ttft_p95_ms: null,
  wait_p50_ms: null,
  ...more,
});
const report = (...series: QueueMinute[]) => ({
  generated_at: '2026-01-31T09:30:20.000Z',
  window: { minutes: 60 as const, series },
});

describe('the last hour of a lane', () => {
  it('has a place for each minute up to this one, also for those in which nothing ended', () => {
    const hour = hourOf(
      report(minute('09:28', { completed: 5, ttft_p50_ms: 80 }), minute('09:30', { failed: 1 })),
      'interactive',
    );
    const clock = hour.seconds.map((second) => new Date(second * 1000).toISOString().slice(11, 16));
    expect([clock.length, clock[0], clock.at(-1)]).toEqual([60, '08:31', '09:30']);
    expect(hour.completed.slice(-3)).toEqual([5, 0, 0]);
    expect(hour.failed.slice(-3)).toEqual([0, 0, 1]);
    expect(hour.ttftP50.slice(-3)).toEqual([80, null, null]);
    expect(sum(hour.completed)).toBe(5);
  });

  it('counts cancelled, expired and incomplete runs together, and other lanes not at all', () => {
    const rows = [minute('09:29', { cancelled: 2, other: 3 }), minute('09:29', { lane: 'batch', completed: 9 })];
    const { completed, stopped } = hourOf(report(...rows), 'interactive');
    expect([sum(completed), stopped.slice(-3)]).toEqual([0, [0, 5, 0]]);
  });

  it('leaves out what is older', () => {
    expect(sum(hourOf(report(minute('08:30', { completed: 4 })), 'interactive').completed)).toBe(0);
  });

  it('says the newest value that is known', () => {
    expect(newest([1, 7, null])).toBe(7);
    expect(newest([null])).toBe(null);
  });
});
