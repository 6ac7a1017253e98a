/**
 * Deletes a thread with all that belongs to it. First the thread is marked: every reader and every new run is refused from then on. Then its runs are stopped, then its
 * parts go, the thread last. A crash in between leaves the mark, and the sweeper goes on; each step may be repeated. What comes too late for this, `remove-remains.ts` sees to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { isTerminal } from '../domain/run-status.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { CheckpointLog } from '../mongo/checkpoint-log.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { ThreadRepository } from '../mongo/thread-repository.ts';
import type { ToolCallRepository } from '../mongo/tool-call-repository.ts';
import type { RedisKeys } from '../redis/keys.ts';
import { nudgeViewers } from '../run-events/nudge-viewers.ts';
import type { RunCanceller } from './run-canceller.ts';

export interface ThreadRemover {
  /** false: no such thread. When it returns true, nothing of the thread is left. */
  remove(projectId: string, threadId: string): Promise<boolean>;
  /** Finishes deletions that were interrupted, and removes temporary threads that nobody needs any more. */
  removeLeftovers(): Promise<void>;
}

export interface ThreadRemoverDeps {
  readonly threads: ThreadRepository;
  readonly runs: RunRepository;
  readonly log: CheckpointLog;
  readonly toolCalls: ToolCallRepository;
  readonly canceller: RunCanceller;
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly logger: Logger;
}

/** How long a worker gets to stop; after the heartbeat that brings the cancel at the latest. */
const STOP_MS = 8000;
const POLL_MS = 50;
const TEMPORARY_MS = 24 * 3_600_000;

export function createThreadRemover(deps: ThreadRemoverDeps): ThreadRemover {
  const { threads, runs, log, toolCalls, canceller, redis, keys, logger } = deps;

  async function stopRuns(projectId: string, threadId: string): Promise<void> {
    for (const run of await runs.open(projectId, threadId))
      await canceller.cancel(projectId, run.run_id, { promote: false });
    for (const deadline = Date.now() + STOP_MS; Date.now() < deadline; ) {
      const holder = await runs.active(projectId, threadId);
      if (!holder || isTerminal(holder.status)) return;
      await sleep(POLL_MS);
    }
    logger.warn({ thread_id: threadId }, 'a run did not stop in time; its thread is deleted all the same');
  }

  async function removeParts(projectId: string, threadId: string): Promise<void> {
    await stopRuns(projectId, threadId);
    const runIds = await runs.idsOfThread(projectId, threadId);
    await log.removeOfThread(projectId, threadId);
    await toolCalls.removeOfThread(projectId, threadId);
    if (runIds.length > 0) {
      // Redis may be away; the logs expire by themselves.
      await redis
        .unlink(runIds.map(keys.runEvents))
        .catch((err) => logger.warn({ err, thread_id: threadId }, 'event logs are left to expire'));
    }
    await runs.removeOfThread(projectId, threadId);
    await threads.removeDocument(projectId, threadId);
    // Whoever still watches one of the runs learns now that it is gone, not at the next heartbeat.
    await Promise.all(runIds.map((runId) => nudgeViewers(redis, keys, runId))).catch(() => undefined);
  }

  return {
    async remove(projectId, threadId) {
      if (!(await threads.markDeleted(projectId, threadId))) return false;
      await removeParts(projectId, threadId);
      return true;
    },
    async removeLeftovers() {
      for (const thread of await threads.leftovers(
        new Date(Date.now() - 2 * STOP_MS),
        new Date(Date.now() - TEMPORARY_MS),
      )) {
        await threads.markDeleted(thread.project_id, thread.thread_id);
        await removeParts(thread.project_id, thread.thread_id);
      }
    },
  };
}
