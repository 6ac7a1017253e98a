import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/web/api/types.ts';
import { axisTicks, type Span, toWaterfall } from '../../../src/web/pages/runs/waterfall.ts';
import { aRun, aStep, at } from './example-data.ts';

const NOW = Date.parse(at(20));
const bars = (spans: readonly Span[]) => spans.map(({ kind, from, to }) => [kind, from, to]);
const lastOf = (run: Partial<Run>, now = NOW) =>
  toWaterfall(aRun({ finished_at: null, ...run }), [aStep(1, 1, 3, { finish_reason: 'tool_calls' })], now).spans.at(-1);

describe('a run laid out in time', () => {
  it('is its wait, then its steps in the order in which they began, from acceptance to the end', () => {
    const tool = aStep(2, 4, 5, { type: 'tool_call', name: 'calculator', tool_call_id: 'x' });
    const { spans, total } = toWaterfall(aRun(), [aStep(3, 5, 10), tool, aStep(1, 1, 4)], NOW);
    expect(bars(spans)).toEqual([
      ['queue', 0, 1000],
      ['model', 1000, 4000],
      ['tool', 4000, 5000],
      ['model', 5000, 10_000],
    ]);
    expect(total).toBe(10_000);
  });

  it('leaves out the input, which takes no time', () => {
    expect(toWaterfall(aRun(), [aStep(0, 1, 1, { type: 'input' })], NOW).spans.map(({ kind }) => kind)).toEqual([
      'queue',
    ]);
  });

  it('says why there is a gap, when it is large enough to be seen', () => {
    const gaps = (second: Parameters<typeof aStep>[3], from: number) =>
      toWaterfall(aRun(), [aStep(1, 1, 3), aStep(2, from, 10, second)], NOW).spans.filter(({ kind }) => kind === 'gap');
    expect(gaps({}, 6)).toMatchObject([{ label: 'Retries', from: 3000, to: 6000 }]);
    expect(gaps({ attempt: 2 }, 6)).toMatchObject([{ label: 'Until attempt 2' }]);
    expect(gaps({ type: 'update' }, 6)).toMatchObject([{ label: 'Waited for the client' }]);
    expect(gaps({}, 3.3)).toEqual([]);
  });

  it('never begins before acceptance nor ends before it began, whatever the clocks say', () => {
    const { spans, total } = toWaterfall(
      aRun({ started_at: at(-1), finished_at: at(-0.5) }),
      [aStep(1, -2, -3, { first_token_at: at(-9) })],
      NOW,
    );
    for (const { from, to, firstToken } of spans) {
      expect(from).toBeGreaterThanOrEqual(0);
      expect(to).toBeGreaterThanOrEqual(from);
      expect(firstToken ?? from).toBeGreaterThanOrEqual(from);
    }
    expect(total).toBe(1);
  });

  it('waits up to now while it is queued', () => {
    const { spans } = toWaterfall(aRun({ status: 'queued', started_at: null, finished_at: null }), [], NOW);
    expect(spans).toMatchObject([{ kind: 'queue', to: 20_000, state: 'waiting' }]);
  });

  it('ends with what it does now, or was doing when it ended without storing it', () => {
    expect(lastOf({ status: 'in_progress' })).toMatchObject({
      label: 'Tool calls',
      state: 'running',
      from: 3000,
      to: 20_000,
    });
    expect(lastOf({ status: 'requires_action' })).toMatchObject({ label: 'Waits for the client', state: 'waiting' });
    expect(lastOf({ status: 'queued' })).toMatchObject({ label: 'Back in the queue' });
    expect(lastOf({ status: 'failed', finished_at: at(4) })).toMatchObject({
      label: 'Tool calls',
      state: 'failed',
      to: 4000,
    });
    expect(lastOf({ status: 'cancelled', finished_at: at(4) })).toMatchObject({ label: 'Tool calls, stopped' });
    expect(lastOf({ status: 'cancelled', finished_at: at(3) })).toMatchObject({ kind: 'model' });
    expect(lastOf({ status: 'completed', finished_at: at(3) })).toMatchObject({ kind: 'model' });
  });
});

describe('the axis', () => {
  it('has three to six round times from 0 on', () => {
    expect(axisTicks(10_000)).toEqual([0, 2500, 5000, 7500, 10_000]);
    expect(axisTicks(900)).toEqual([0, 250, 500, 750]);
    for (const total of [1, 7, 33, 480, 61_234, 3_600_000]) {
      expect(axisTicks(total).length).toBeGreaterThanOrEqual(3);
      expect(axisTicks(total).length).toBeLessThanOrEqual(6);
      expect(axisTicks(total).at(-1)).toBeLessThanOrEqual(total);
    }
  });
});
