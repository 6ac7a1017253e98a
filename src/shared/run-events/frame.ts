import { type EventCursor, formatCursor, type StreamEventName } from '../domain/stream-event.ts';

/** One finished SSE frame. `json` is the data on one line; without a cursor the frame leaves the client's `Last-Event-ID` as it is. */
export function buildFrame(cursor: EventCursor | null, name: StreamEventName, json: string): string {
  return `${cursor === null ? '' : `id: ${formatCursor(cursor)}\n`}event: ${name}\ndata: ${json}\n\n`;
}

/** Data of a `text` event. A template: building an object for each token and stringifying it costs many times as much. */
export function textJson(messageId: string, offset: number, delta: string): string {
  return `{"message_id":"${messageId}","offset":${offset},"delta":${JSON.stringify(delta)}}`;
}

/** Is there such an event among these frames? JSON escapes line breaks, so data can never look like the line. */
export const containsEvent = (frames: Buffer, name: StreamEventName): boolean =>
  frames.lastIndexOf(`\nevent: ${name}\n`) !== -1;

const DONE_LINE = Buffer.from('\nevent: done\n');

/** Do these frames end the stream? */
export const containsDone = (frames: Buffer): boolean => frames.lastIndexOf(DONE_LINE) !== -1;
