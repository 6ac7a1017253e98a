import { describe, expect, it } from 'vitest';
import { formatCursor, parseCursor } from '../../../src/shared/domain/stream-event.ts';
import { compareCursors, endCursor, follows, isEndCursor } from '../../../src/shared/run-events/cursor-order.ts';

const at = (attempt: number, n: number) => ({ attempt, n });

describe('what may follow', () => {
  it.each([
    [null, at(1, 0), true],
    [null, at(3, 0), true],
    [null, at(1, 1), false],
    [at(1, 4), at(1, 5), true],
    [at(1, 4), at(1, 4), false],
    [at(1, 4), at(1, 6), false],
    [at(1, 4), at(2, 0), true],
    [at(1, 4), at(3, 0), true],
    [at(1, 4), at(2, 1), false],
    [at(2, 4), at(1, 0), false],
    [at(2, 4), at(1, 5), false],
  ])('%o then %o: %s', (last, next, expected) => {
    expect(follows(last, next)).toBe(expected);
  });
});

it('orders by attempt first', () => {
  const sorted = [at(2, 0), at(1, 10), at(1, 9), at(10, 0)].sort(compareCursors);
  expect(sorted).toEqual([at(1, 9), at(1, 10), at(2, 0), at(10, 0)]);
});

it('knows the end again when a client sends it back', () => {
  const sent = parseCursor(formatCursor(endCursor(2)));
  expect(sent).toEqual(endCursor(2));
  expect(sent && isEndCursor(sent)).toBe(true);
  expect(isEndCursor(at(2, 17))).toBe(false);
});
