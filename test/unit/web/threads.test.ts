import { describe, expect, it } from 'vitest';
import { mergeThreads } from '../../../src/web/api/merge-threads.ts';
import type { Thread } from '../../../src/web/api/types.ts';
import { at } from './example-data.ts';

/** Threads named after when they were updated, in seconds. */
const threads = (...times: number[]): Thread[] =>
  times.map((time) => ({
    thread_id: `t${time}`,
    name: `t${time}`,
    assistant_id: 'a1',
    project_id: 'p1',
    status: 'idle',
    metadata: {},
    last_message: null,
    created_at: at(0),
    updated_at: at(time),
  }));
const ids = (list: readonly Thread[]) => list.map(({ thread_id }) => thread_id);

describe('the list of threads', () => {
  const pages = [
    { items: threads(9, 8, 7), next: 'x' },
    { items: threads(6, 5), next: null },
  ];

  it('is its front as it is now, then what was read before', () => {
    expect(ids(mergeThreads({ items: threads(10, 9, 8), next: 'x' }, pages))).toEqual([
      't10',
      't9',
      't8',
      't7',
      't6',
      't5',
    ]);
    expect(ids(mergeThreads(undefined, pages))).toEqual(['t9', 't8', 't7', 't6', 't5']);
  });

  it('shows a thread that came to the front once, as it is there', () => {
    const moved = { ...threads(5)[0], updated_at: at(11) } as Thread;
    const merged = mergeThreads({ items: [moved, ...threads(9, 8)], next: 'x' }, pages);
    expect(ids(merged)).toEqual(['t5', 't9', 't8', 't7', 't6']);
    expect(merged[0]?.updated_at).toBe(at(11));
  });

  it('leaves out what the front would show if it were there still', () => {
    expect(ids(mergeThreads({ items: threads(9, 7), next: 'x' }, pages))).toEqual(['t9', 't7', 't6', 't5']);
    expect(ids(mergeThreads({ items: threads(9), next: null }, pages))).toEqual(['t9']);
  });
});
