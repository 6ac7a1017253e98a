import type { EventCursor } from '../domain/stream-event.ts';

/**
 * `n` of the cursor behind a `done` that came from Mongo and not from the log: greater than every real one and still ten digits, so
 * a client that comes back with it is known to have seen the end.
 */
const END_N = 9_999_999_999;

export const endCursor = (attempt: number): EventCursor => ({ attempt, n: END_N });

export const isEndCursor = (cursor: EventCursor): boolean => cursor.n === END_N;

/** Negative, zero or positive, as for `sort`. */
export const compareCursors = (a: EventCursor, b: EventCursor): number => a.attempt - b.attempt || a.n - b.n;

/**
 * May `next` follow `last` with nothing missing between them? Yes for the next `n` of the same attempt and for the beginning of any later
 * attempt. A reader that has nothing yet (`last` null) begins at the beginning of any attempt.
 */
export function follows(last: EventCursor | null, next: EventCursor): boolean {
  if (last === null) return next.n === 0;
  if (next.attempt === last.attempt) return next.n === last.n + 1;
  return next.attempt > last.attempt && next.n === 0;
}
