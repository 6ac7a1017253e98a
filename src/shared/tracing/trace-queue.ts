import type { RunQueue } from '../queue/run-queue.ts';
import type { Tracing } from './tracing.ts';

/** The same queue; a bell that is rung within a trace has a span in it. Those of the sweeper belong to none. */
export const traceQueue = (queue: RunQueue, tracing: Tracing): RunQueue => ({
  ...queue,
  ring: (lane, job) =>
    tracing.current() === undefined
      ? queue.ring(lane, job)
      : tracing.span(
          'put on the queue',
          {
            kind: 'producer',
            attributes: { 'skein.run_id': job.run_id, 'skein.dispatch': job.dispatch, 'skein.lane': lane },
          },
          () => queue.ring(lane, job),
        ),
});
