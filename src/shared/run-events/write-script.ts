import type { Redis, Result } from 'ioredis';

/** What became of a batch. */
export type WriteOutcome = 'written' | 'written_to_new_log' | 'already_there' | 'fenced';

const OUTCOMES: readonly WriteOutcome[] = ['written', 'written_to_new_log', 'already_there', 'fenced'];

/**
 * Append and announce in one step, so that what a reader hears of is always in the log. The ids are the fence: Redis refuses an id that is
 * not greater than the newest one, and the newest id tells a repeat (same attempt) from a writer that was replaced (greater attempt).
 * With no frames it only sets the time to live, and only while this attempt is the newest.
 */
const WRITE_LUA = `
local key, attempt, first = KEYS[1], ARGV[1], tonumber(ARGV[2])
local count = #ARGV - 4
local function top_attempt()
  local top = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  return top and tonumber(string.match(top[1], '^%d+')) or 0
end
if count == 0 then
  if top_attempt() > tonumber(attempt) then return 3 end
  redis.call('PEXPIRE', key, ARGV[3])
  return 0
end
for i = 1, count do
  local id = attempt .. '-' .. string.format('%d', first + i - 1)
  local added = redis.pcall('XADD', key, 'MAXLEN', '~', ARGV[4], id, 'f', ARGV[4 + i])
  if type(added) == 'table' and added.err then
    if not string.find(added.err, 'equal or smaller', 1, true) then return added end
    if top_attempt() > tonumber(attempt) then return 3 end
    return 2
  end
end
redis.call('PEXPIRE', key, ARGV[3])
local last = string.format('%d', first + count - 1)
redis.call('PUBLISH', key, attempt .. '-' .. ARGV[2] .. ' ' .. attempt .. '-' .. last .. '\\n' .. table.concat(ARGV, '', 5))
if first > 0 and redis.call('XLEN', key) == count then return 1 end
return 0
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    writeRunEvents(key: string, ...args: (string | number)[]): Result<number, Context>;
  }
}

export interface Batch {
  readonly key: string;
  readonly attempt: number;
  /** `n` of the first frame; the others follow without a gap. */
  readonly first: number;
  readonly ttlMs: number;
  readonly maxLength: number;
  readonly frames: readonly string[];
}

/** Writes one batch of finished frames. @throws what Redis or the connection throws; then the batch may or may not be in the log. */
export async function writeBatch(redis: Redis, batch: Batch): Promise<WriteOutcome> {
  // Once for each connection: a definition of its own for each run would send the whole script again each time.
  if (redis.writeRunEvents === undefined) redis.defineCommand('writeRunEvents', { numberOfKeys: 1, lua: WRITE_LUA });
  const { key, attempt, first, ttlMs, maxLength, frames } = batch;
  const code = await redis.writeRunEvents(key, attempt, first, ttlMs, maxLength, ...frames);
  const outcome = OUTCOMES[code];
  if (outcome === undefined) throw new Error(`The write script answered ${code}`);
  return outcome;
}
