import { describe, expect, it } from 'vitest';
import type { Batch } from '../../../src/web/api/types.ts';
import { failedOf, inWords, partsOf } from '../../../src/web/pages/queues/batch-progress.ts';

const NONE = {
  total: 0,
  waiting: 0,
  queued: 0,
  in_progress: 0,
  requires_action: 0,
  completed: 0,
  failed: 0,
  cancelled: 0,
  expired: 0,
  incomplete: 0,
};
const batch = (status: Batch['status'], counts: Partial<Batch['counts']>, received = 0) =>
  ({ status, counts: { ...NONE, ...counts }, received }) as Batch;

describe('how far a batch is', () => {
  it('is said in words, without what there is none of', () => {
    const running = { total: 10_000, completed: 4000, in_progress: 20, waiting: 5000, queued: 978, failed: 2 };
    expect(inWords(batch('in_progress', running))).toBe(
      'Running · 4,000 of 10,000 completed · 20 running · 5,978 waiting · 2 failed',
    );
    expect(inWords(batch('completed', { total: 2, completed: 2 }))).toBe('Completed · 2 of 2 completed');
    expect(inWords(batch('uploading', {}, 1500))).toBe('Uploading · 1,500 items so far');
  });

  it('is drawn in shares of all items, also when there are none', () => {
    const parts = partsOf(
      batch('completed', { total: 8, completed: 4, failed: 1, expired: 1, cancelled: 1, in_progress: 1 }),
    );
    expect(parts.map(({ tone, share }) => [tone, share])).toEqual([
      ['completed', 0.5],
      ['failed', 0.25],
      ['stopped', 0.125],
      ['running', 0.125],
    ]);
    expect(partsOf(batch('uploading', {})).every(({ share }) => share === 0)).toBe(true);
  });

  it('counts what a retry would run again', () => {
    expect(failedOf(batch('completed', { failed: 1, cancelled: 2, expired: 3, incomplete: 4, completed: 5 }))).toBe(10);
  });
});
