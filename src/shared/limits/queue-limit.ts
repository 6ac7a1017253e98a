import { AppError } from '../errors/app-error.ts';
import type { CountQueuedRuns } from '../mongo/count-queued-runs.ts';

/** How many runs that were accepted one by one a project may have waiting. Runs of batches do not count: a batch is accepted as one. */
export interface QueueLimit {
  /** Before a run is accepted. @throws AppError queue_full */
  admit(projectId: string): Promise<void>;
}

interface Queue {
  /** As seen last. */
  max: number;
  counted: number;
  /** When the next count may begin. */
  nextAt: number;
  /** Accepted here since that count began, whether they still wait or not. */
  since: number;
  counting: Promise<void> | null;
}

const MAX_PROJECTS = 10_000;
const EVERY_MS = 1000;
/** Counting takes at most a tenth of the time, however long the queues of all projects are. */
const IDLE_FACTOR = 10;
const RETRY_SECONDS = 5;

/**
 * The record is not counted for each run. A process counts when it first accepts a run of a project, then after each tenth of the limit that it accepted, and every second once half of the limit may wait;
 * in the background, except where a run would be refused: that is decided on a count of the last second. So the limit is exceeded by what all processes accept within a second, and with more than five of
 * them by a tenth of it for each further one.
 * @param max of projects that have no limit of their own; 0: nobody has one
 */
export function createQueueLimit(deps: { readonly count: CountQueuedRuns; readonly max: number }): QueueLimit {
  const { count, max } = deps;
  const queues = new Map<string, Queue>();

  function queueOf(projectId: string): Queue {
    const queue = queues.get(projectId) ?? { max, counted: 0, nextAt: 0, since: blindOf(max), counting: null };
    queues.delete(projectId);
    queues.set(projectId, queue);
    if (queues.size > MAX_PROJECTS) queues.delete(queues.keys().next().value ?? '');
    return queue;
  }

  function refresh(projectId: string, queue: Queue): Promise<void> {
    if (queue.counting || performance.now() < queue.nextAt) return queue.counting ?? Promise.resolve();
    const before = queue.since;
    const begunAt = performance.now();
    queue.counting = count(projectId, max)
      .then((seen) => {
        queue.max = seen.max;
        queue.counted = seen.queued;
        queue.since -= before;
      })
      .finally(() => {
        queue.counting = null;
        queue.nextAt = begunAt + Math.max(EVERY_MS, IDLE_FACTOR * (performance.now() - begunAt));
      });
    return queue.counting;
  }

  return {
    async admit(projectId) {
      if (max === 0) return;
      const queue = queueOf(projectId);
      if (queue.counted + queue.since >= queue.max) await refresh(projectId, queue);
      const waiting = queue.counted + queue.since;
      if (waiting >= queue.max)
        throw new AppError('queue_full', {
          detail: `${waiting} runs of this project wait; ${queue.max} may. Runs of batches are not counted.`,
          extra: { limit: { scope: 'project', max: queue.max, queued: waiting } },
          retryAfter: RETRY_SECONDS,
        });
      // Before this run counts as accepted: a count that begins now cannot find it in the record.
      if (queue.since >= blindOf(queue.max) || waiting * 2 >= queue.max)
        refresh(projectId, queue).catch(() => undefined);
      queue.since += 1;
    },
  };
}

/** How many may be accepted without a look. */
const blindOf = (max: number): number => Math.ceil(max / 10);
