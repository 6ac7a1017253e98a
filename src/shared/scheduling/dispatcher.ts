import type { Logger } from '../logging/create-logger.ts';
import type { RunDocument } from '../mongo/documents.ts';
import type { RunLifecycle } from '../mongo/run-lifecycle.ts';
import type { RunQueue } from '../queue/run-queue.ts';

/**
 * Who promotes a run also rings for it. Both may be repeated: a promotion is a compare-and-set, a bell is known by its dispatch number. A crash between the two leaves
 * a run that is dispatched and not on the queue, and the sweeper rings for it.
 */
export interface Dispatcher {
  /** Gives the thread to its next run, if it is free and one waits, and puts that on the queue. @returns the promoted run. */
  promote(projectId: string, threadId: string): Promise<RunDocument | null>;
  /** Rings for a run that has just been dispatched. Never throws: the run is safe in MongoDB, only later. */
  ring(run: Pick<RunDocument, '_id' | 'dispatch' | 'lane'>): Promise<void>;
}

export function createDispatcher(deps: {
  lifecycle: Pick<RunLifecycle, 'promote'>;
  queue: Pick<RunQueue, 'ring'>;
  logger: Logger;
}): Dispatcher {
  const { lifecycle, queue, logger } = deps;
  const ring: Dispatcher['ring'] = async (run) => {
    try {
      await queue.ring(run.lane, { run_id: run._id, dispatch: run.dispatch });
    } catch (err) {
      logger.warn(
        { err, run_id: run._id, dispatch: run.dispatch },
        'the queue did not take a run; the sweeper will ring again',
      );
    }
  };
  return {
    ring,
    async promote(projectId, threadId) {
      const run = await lifecycle.promote(projectId, threadId);
      if (run) await ring(run);
      return run;
    },
  };
}
