import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { QueueReport } from '../../shared/ops/queue-report.ts';
import type { QueueWatch } from '../../shared/ops/queue-watch.ts';
import { openSseResponse, SSE_LIMITS, type SseLimits, type SseResponse } from '../sse/sse-response.ts';

const EVERY_MS = 2000;

/** All who watch the queues on this API process. */
export interface QueueStreams {
  /** Answers with reports, `first` at once, until the client goes. Settles when it has gone; never rejects. */
  open(req: IncomingMessage, res: ServerResponse, first: QueueReport): Promise<void>;
  /** For a stopping process: cuts all off, so that the clients come back elsewhere. */
  closeAll(): void;
  /** How many watch. */
  size(): number;
}

export const queuesFrame = (report: QueueReport): string => `event: queues\ndata: ${JSON.stringify(report)}\n\n`;

/** One clock for all, which runs while somebody watches: a report is made and written as text once, however many get it. */
export function createQueueStreams(deps: {
  readonly watch: Pick<QueueWatch, 'report'>;
  readonly logger: Logger;
  readonly heartbeatMs: number;
  readonly everyMs?: number;
  readonly limits?: SseLimits;
}): QueueStreams {
  const { watch, logger, heartbeatMs, everyMs = EVERY_MS, limits = SSE_LIMITS } = deps;
  /** Those that can take a report now, and those whose socket is full: they miss reports, so that each holds one at most. */
  const ready = new Set<SseResponse>();
  const full = new Set<SseResponse>();
  let clock: NodeJS.Timeout | null = null;
  let busy = false;

  function send(response: SseResponse, frame: string): void {
    const drained = response.send(frame);
    if (drained === undefined) return;
    ready.delete(response);
    full.add(response);
    void drained.then(() => {
      if (full.delete(response) && response.open) ready.add(response);
    });
  }

  async function tick(): Promise<void> {
    if (busy || ready.size === 0) return;
    busy = true;
    try {
      const frame = queuesFrame(await watch.report());
      for (const response of [...ready]) send(response, frame);
    } catch (err) {
      logger.warn({ err }, 'no report for those who watch the queues; the next tick tries again');
    } finally {
      busy = false;
    }
  }

  return {
    async open(req, res, first) {
      const onCutOff = (reason: string) => logger.info({ reason }, 'queue watcher cut off');
      const response = openSseResponse({ req, res, heartbeatMs, limits, onBytes: () => undefined, onCutOff });
      ready.add(response);
      clock ??= setInterval(() => void tick(), everyMs);
      send(response, queuesFrame(first));
      await response.closed;
      ready.delete(response);
      full.delete(response);
      if (clock !== null && ready.size + full.size === 0) {
        clearInterval(clock);
        clock = null;
      }
    },
    closeAll() {
      for (const response of [...ready, ...full]) response.destroy();
    },
    size: () => ready.size + full.size,
  };
}
