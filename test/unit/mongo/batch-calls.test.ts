import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchCalls } from '../../../src/shared/mongo/batch-calls.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

/** Batches that are answered when the test says so. */
function slowDatabase() {
  const sent: { readonly keys: readonly number[]; readonly answer: () => void }[] = [];
  const call = batchCalls<number, number>(
    (keys) =>
      new Promise((resolve) => {
        sent.push({ keys, answer: () => resolve(keys) });
      }),
  );
  return { call, sent, keys: () => sent.map((batch) => batch.keys) };
}

describe('calls that are sent in batches', () => {
  it('gather behind two that are under way, and go together when one is answered', async () => {
    const { call, sent, keys } = slowDatabase();
    for (const n of [1, 2, 3, 4]) {
      void call(n);
      await turn();
    }
    expect(keys()).toEqual([[1], [2]]);
    sent[0]?.answer();
    await turn();
    expect(keys()).toEqual([[1], [2], [3, 4]]);
  });

  it('do not wait for the time-outs of those before them', async () => {
    const { call, sent, keys } = slowDatabase();
    const answers: Promise<number>[] = [];
    for (const n of [1, 2, 3]) {
      answers.push(call(n));
      await turn();
    }
    expect(keys()).toEqual([[1], [2]]);
    vi.advanceTimersByTime(100);
    await turn();
    expect(keys()).toEqual([[1], [2], [3]]);
    for (const batch of sent) batch.answer();
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  });
});
