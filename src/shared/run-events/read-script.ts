import type { Redis, Result } from 'ioredis';
import { type EventCursor, formatCursor, parseCursor } from '../domain/stream-event.ts';

/**
 * A part of the log behind a cursor.
 * - `frames`: `bytes` are the frames from `first` to `last` without a gap inside. `gap`: entries are missing before `first`. `more`: ask
 *   again from `last`. `done`: the last frame is a `done`.
 * - `end`: nothing behind the cursor; `top` is the newest entry, null when there is no log.
 */
export type LogPage =
  | { kind: 'frames'; first: EventCursor; last: EventCursor; gap: boolean; more: boolean; done: boolean; bytes: Buffer }
  | { kind: 'end'; top: EventCursor | null };

/**
 * A page ends at a number of bytes and not at a number of entries: entries are 100 bytes to a megabyte, and a page is what a slow viewer costs in memory.
 * It also ends before a gap and after a `done`. One string comes back instead of hundreds of nested replies.
 */
const READ_LUA = `
local STEP = 64
local key, limit = KEYS[1], tonumber(ARGV[2])
local attempt, n = string.match(ARGV[1], '^(%d+)-(%d+)$')
attempt, n = tonumber(attempt), tonumber(n)
local from = attempt and '(' .. ARGV[1] or '-'
local first, last, gap, bytes, frames = false, false, 0, 0, {}
local function page(more, done) return { first, last, gap, more, done, table.concat(frames) } end
while true do
  local entries = redis.call('XRANGE', key, from, '+', 'COUNT', STEP)
  for _, entry in ipairs(entries) do
    local a, m = string.match(entry[1], '^(%d+)-(%d+)$')
    a, m = tonumber(a), tonumber(m)
    if not ((a == attempt and m == n + 1) or (m == 0 and (attempt == nil or a > attempt))) then
      if first then return page(1, 0) end
      gap = 1
    end
    local frame = entry[2][2]
    attempt, n, first, last = a, m, first or entry[1], entry[1]
    frames[#frames + 1] = frame
    bytes = bytes + #frame
    if string.find(string.sub(frame, 1, 48), '\\nevent: done\\n', 1, true) then return page(1, 1) end
    if bytes >= limit then return page(1, 0) end
  end
  if #entries < STEP then break end
  from = '(' .. last
end
if first then return page(0, 0) end
local top = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
return { top and top[1] or false }
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    readRunEventsBuffer(key: string, after: string, limitBytes: number): Result<unknown, Context>;
  }
}

/** Reads what follows `after` (null: from the beginning), about `limitBytes` at most. @throws what Redis or the connection throws. */
export async function readPage(
  redis: Redis,
  key: string,
  after: EventCursor | null,
  limitBytes: number,
): Promise<LogPage> {
  if (redis.readRunEventsBuffer === undefined)
    redis.defineCommand('readRunEvents', { numberOfKeys: 1, lua: READ_LUA, readOnly: true });
  const reply = await redis.readRunEventsBuffer(key, after === null ? '' : formatCursor(after), limitBytes);
  if (!Array.isArray(reply)) throw new Error('The read script answered no list');
  const [first, last, gap, more, done, bytes] = reply;
  if (!Buffer.isBuffer(bytes)) return { kind: 'end', top: Buffer.isBuffer(first) ? cursorOf(first) : null };
  return {
    kind: 'frames',
    first: cursorOf(first),
    last: cursorOf(last),
    gap: gap === 1,
    more: more === 1,
    done: done === 1,
    bytes,
  };
}

function cursorOf(id: unknown): EventCursor {
  const cursor = parseCursor(String(id));
  if (cursor === null) throw new Error('The log holds an id that is not a cursor');
  return cursor;
}
