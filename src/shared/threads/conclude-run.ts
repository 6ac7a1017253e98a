import type { Redis } from 'ioredis';
import type { Run } from '../domain/run.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { ThreadRepository } from '../mongo/thread-repository.ts';
import type { RedisKeys } from '../redis/keys.ts';
import { createRunEventWriter } from '../run-events/run-event-writer.ts';
import type { Admission } from '../scheduling/admission.ts';
import type { Dispatcher } from '../scheduling/dispatcher.ts';
import type { RemoveRemains } from './remove-remains.ts';

/**
 * What follows the end of a run that no worker executed: the thread's notes, its next run, and `done` to those who watch. The end itself is in MongoDB already, so each
 * part may be lost: viewers find the end there, and the sweeper promotes. Of a run whose thread is gone nothing stays.
 * @param options.promote false: the caller sees to the thread itself.
 */
export type ConcludeRun = (ended: Run, options?: { promote: boolean }) => Promise<void>;

/** @param deps.redis a connection of role `publisher`. */
export function createConcludeRun(deps: {
  threads: Pick<ThreadRepository, 'noteRunEnd'>;
  dispatcher: Dispatcher;
  admission: Pick<Admission, 'left'>;
  redis: Redis;
  removeRemains: RemoveRemains;
  keys: RedisKeys;
  logger: Logger;
}): ConcludeRun {
  const { threads, dispatcher, admission, removeRemains, redis, keys, logger } = deps;
  return async (ended, { promote } = { promote: true }) => {
    const note = { status: ended.status, lastMessage: null };
    const gone = (await threads.noteRunEnd(ended.project_id, ended.thread_id, note)) === null;
    await admission.left({ _id: ended.run_id, project_id: ended.project_id, lane: ended.lane });
    if (promote) await dispatcher.promote(ended.project_id, ended.thread_id);
    // The next attempt's number fences whoever may still write for an earlier one.
    const events = createRunEventWriter({ redis, keys, runId: ended.run_id, attempt: ended.attempt + 1, logger });
    if (ended.last_error) events.emit('error', ended.last_error);
    events.emit('done', { status: ended.status, usage: ended.usage, run_id: ended.run_id });
    await events.close();
    if (gone && promote) await removeRemains(ended.project_id, ended.thread_id, ended.run_id);
  };
}
