import { describe, expect, it } from 'vitest';
import { createEndpointPace } from '../../../src/worker/webhooks/endpoint-pace.ts';
import { judgeAttempt } from '../../../src/worker/webhooks/judge-attempt.ts';

const BACKOFF = [1000, 5000];
const answer = (status: number, retryAfterMs: number | null = null) =>
  ({ kind: 'answer', status, retryAfterMs }) as const;

describe('judgeAttempt', () => {
  it.each([200, 201, 204, 299])('takes %i for a delivery', (status) => {
    expect(judgeAttempt(answer(status), 1, BACKOFF, 0.5)).toEqual({ kind: 'delivered' });
  });

  it.each([199, 300, 301, 307, 400, 404, 429, 500, 503])('takes %i for a failure that may pass', (status) => {
    expect(judgeAttempt(answer(status), 1, BACKOFF, 0.5)).toMatchObject({ kind: 'failed', delayMs: 1000, gone: false });
  });

  it('waits longer each time, a little more or less, and ends with the last wait', () => {
    const delays = (made: number) =>
      [0, 0.5, 1].map((random) => {
        const verdict = judgeAttempt({ kind: 'no_answer', reason: 'x' }, made, BACKOFF, random);
        return verdict.kind === 'failed' ? verdict.delayMs : 'delivered';
      });
    expect([delays(1), delays(2), delays(3)]).toEqual([
      [800, 1000, 1200],
      [4000, 5000, 6000],
      [null, null, null],
    ]);
  });

  it('waits as long as it is asked to, a day at most, and never less than planned', () => {
    expect(judgeAttempt(answer(429, 60_000), 1, BACKOFF, 0.5)).toMatchObject({ delayMs: 60_000 });
    expect(judgeAttempt(answer(503, 10), 1, BACKOFF, 0.5)).toMatchObject({ delayMs: 1000 });
    expect(judgeAttempt(answer(503, 1e12), 1, BACKOFF, 0.5)).toMatchObject({ delayMs: 86_400_000 });
  });

  it('stops at 410', () => {
    expect(judgeAttempt(answer(410), 1, BACKOFF, 0.5)).toMatchObject({ delayMs: null, gone: true });
  });
});

describe('the pace of an endpoint', () => {
  it('lets a few in at a time, and puts the others off by as long as those before them take', () => {
    let now = 0;
    const pace = createEndpointPace({ atATime: 2, now: () => now });
    const first = pace.enter('slow');
    const second = pace.enter('slow');
    expect([first.kind, second.kind, pace.enter('other').kind]).toEqual(['now', 'now', 'now']);
    now = 1000;
    if (first.kind === 'now') first.leave();
    expect(pace.enter('slow').kind).toBe('now');
    const later = [pace.enter('slow'), pace.enter('slow')].map((turn) => (turn.kind === 'later' ? turn.delayMs : 0));
    expect(later).toEqual([550, 1050]);
  });

  it('puts nothing off for long, however many wait', () => {
    const pace = createEndpointPace({ atATime: 1, now: () => 0 });
    pace.enter('dead');
    const delays = Array.from({ length: 5000 }, () => pace.enter('dead'));
    expect(delays.every((turn) => turn.kind === 'later' && turn.delayMs <= 120_000)).toBe(true);
  });
});
