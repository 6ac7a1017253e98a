import type { Redis, Result } from 'ioredis';
import type { Lane } from '../domain/run.ts';
import type { RedisKeys } from '../redis/keys.ts';

/** Longer than a run may wait on the queue. */
const KEEP_MS = 25 * 3_600_000;

/** Is there room (then the run is in the window), or is the backlog marked for whoever leaves next. */
const ENTER_LUA = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 1 end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[4])
  return 0
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
`;

const LEAVE_LUA = `
redis.call('ZREM', KEYS[1], ARGV[1])
return redis.call('EXISTS', KEYS[2])
`;

declare module 'ioredis' {
  interface RedisCommander<Context> {
    enterAdmission(window: string, backlog: string, ...args: (string | number)[]): Result<number, Context>;
    leaveAdmission(window: string, backlog: string, runId: string): Result<number, Context>;
  }
}

/**
 * Which runs of a project are on the queue of a lane and not taken yet, so that no project puts more than its share there. It is a count that may be wrong for a while, never a
 * promise: a run that is missing here is executed all the same, and one too many is found by the sweeper. Everything throws when Redis does not answer.
 */
export interface AdmissionWindow {
  /** @returns whether there was room for the run, or it was in already. If not, the backlog is marked. */
  enter(projectId: string, lane: Lane, runId: string, limit: number): Promise<boolean>;
  /** Notes a run that is put on the queue whatever the room: it has been admitted before. */
  add(projectId: string, lane: Lane, runId: string): Promise<void>;
  /** The run left the queue. @returns whether others wait for room. */
  leave(projectId: string, lane: Lane, runId: string): Promise<boolean>;
  count(projectId: string, lane: Lane): Promise<number>;
  markBacklog(projectId: string, lane: Lane): Promise<void>;
  clearBacklog(projectId: string, lane: Lane): Promise<void>;
  /** Runs that entered before the time given. */
  members(projectId: string, lane: Lane, enteredBefore: Date): Promise<string[]>;
  remove(projectId: string, lane: Lane, runIds: readonly string[]): Promise<void>;
}

/** @param redis a connection of role `command`. */
export function createAdmissionWindow(redis: Redis, keys: RedisKeys): AdmissionWindow {
  if (redis.enterAdmission === undefined) {
    redis.defineCommand('enterAdmission', { numberOfKeys: 2, lua: ENTER_LUA });
    redis.defineCommand('leaveAdmission', { numberOfKeys: 2, lua: LEAVE_LUA });
  }
  const windowOf = (projectId: string, lane: Lane) => keys.admissionWindow(lane, projectId);
  const backlogOf = (projectId: string, lane: Lane) => keys.admissionBacklog(lane, projectId);
  return {
    async enter(projectId, lane, runId, limit) {
      const [window, backlog] = [windowOf(projectId, lane), backlogOf(projectId, lane)];
      return (await redis.enterAdmission(window, backlog, runId, limit, Date.now(), KEEP_MS)) === 1;
    },
    async add(projectId, lane, runId) {
      const window = windowOf(projectId, lane);
      await redis.multi().zadd(window, Date.now(), runId).pexpire(window, KEEP_MS).exec();
    },
    leave: async (projectId, lane, runId) =>
      (await redis.leaveAdmission(windowOf(projectId, lane), backlogOf(projectId, lane), runId)) === 1,
    count: (projectId, lane) => redis.zcard(windowOf(projectId, lane)),
    async markBacklog(projectId, lane) {
      await redis.set(backlogOf(projectId, lane), '1', 'PX', KEEP_MS);
    },
    async clearBacklog(projectId, lane) {
      await redis.unlink(backlogOf(projectId, lane));
    },
    members: (projectId, lane, enteredBefore) =>
      redis.zrange(windowOf(projectId, lane), '-inf', String(enteredBefore.getTime()), 'BYSCORE'),
    async remove(projectId, lane, runIds) {
      if (runIds.length > 0) await redis.zrem(windowOf(projectId, lane), ...runIds);
    },
  };
}
