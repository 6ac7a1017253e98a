import type { IncomingMessage, ServerResponse } from 'node:http';
import type { EventCursor } from '../../shared/domain/stream-event.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { createRunEventFollower } from '../../shared/run-events/run-event-follower.ts';
import type { RunEventHub } from '../../shared/run-events/run-event-hub.ts';
import { followRun } from './follow-run.ts';
import type { RunProgress, RunSource } from './run-source.ts';
import { openSseResponse, SSE_LIMITS, type SseLimits, type SseResponse } from './sse-response.ts';

interface RunStreamRequest {
  readonly req: IncomingMessage;
  /** Headers of the endpoint's own (`Location`, …) are set before; status and stream headers are set here. */
  readonly res: ServerResponse;
  readonly runId: string;
  /** The client has everything up to here (`Last-Event-ID` or `?after=`). */
  readonly after: EventCursor | null;
  /** This request created the run and has not dispatched it more than a moment ago: its log is empty. */
  readonly fresh: boolean;
  /** Where the run stood when this request read or created it. */
  readonly progress: RunProgress;
  readonly source: RunSource;
}

/** All run streams of an API process. */
export interface RunStreams {
  /** Answers with the run's events until it ends or the client goes. Settles when the response is over; never rejects. */
  stream(request: RunStreamRequest): Promise<void>;
  /** For a stopping process: cuts all streams off, so that the clients come back elsewhere. */
  closeAll(): void;
  stats(): { readonly open: number; readonly sentBytes: number; readonly sentEvents: number; readonly cutOff: number };
}

export function createRunStreams(deps: {
  readonly hub: RunEventHub;
  readonly logger: Logger;
  readonly heartbeatMs: number;
  readonly limits?: SseLimits;
}): RunStreams {
  const { hub, logger, heartbeatMs, limits = SSE_LIMITS } = deps;
  const streams = new Set<SseResponse>();
  let sentBytes = 0;
  let sentEvents = 0;
  let cutOff = 0;

  return {
    async stream({ req, res, runId, after, fresh, progress, source }) {
      const response = openSseResponse({
        req,
        res,
        heartbeatMs,
        limits,
        onBytes: (count) => {
          sentBytes += count;
        },
        onCutOff: (reason) => {
          cutOff += 1;
          logger.info({ run_id: runId, reason }, 'stream client cut off');
        },
      });
      const follower = createRunEventFollower({ hub, runId, after, fresh });
      streams.add(response);
      void response.closed.then(() => follower.close());
      try {
        const onEvents = (count: number) => {
          sentEvents += count;
        };
        await followRun({ response, follower, source, progress, heartbeatMs, onEvents });
      } catch (err) {
        logger.error({ err, run_id: runId }, 'stream failed');
        response.destroy();
      } finally {
        follower.close();
        await response.closed;
        streams.delete(response);
      }
    },
    closeAll() {
      for (const response of streams) response.destroy();
    },
    stats: () => ({ open: streams.size, sentBytes, sentEvents, cutOff }),
  };
}
