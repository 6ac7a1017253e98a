import { type EventCursor, parseCursor } from '../domain/stream-event.ts';
import { containsDone } from './frame.ts';

/** What the write script publishes: the frames from `first` to `last`, finished. */
export interface PublishedBatch {
  readonly first: EventCursor;
  readonly last: EventCursor;
  readonly bytes: Buffer;
  /** The frames end with `done`. */
  readonly done: boolean;
}

/** Reads `<first> <last>\n<frames>`; null for anything else, such as the empty message of `nudgeViewers`. */
export function parsePublishedBatch(payload: Buffer): PublishedBatch | null {
  const end = payload.indexOf(10);
  if (end === -1) return null;
  const [from, to] = payload.toString('latin1', 0, end).split(' ');
  const first = parseCursor(from ?? '');
  const last = parseCursor(to ?? '');
  if (first === null || last === null) return null;
  const bytes = payload.subarray(end + 1);
  return { first, last, bytes, done: containsDone(bytes) };
}
