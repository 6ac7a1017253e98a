import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Batch, isFinished } from '../../shared/domain/batch.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { openSseResponse, SSE_LIMITS, type SseResponse } from '../sse/sse-response.ts';

const EVERY_MS = 1000;

/** All who watch batches on this API process. */
export interface BatchStreams {
  /** Answers with progress, `first` at once, until the batch has ended or the client goes. Settles when it has gone; never rejects. */
  open(req: IncomingMessage, res: ServerResponse, first: Batch): Promise<void>;
  /** For a stopping process: cuts all off, so that the clients come back elsewhere. */
  closeAll(): void;
}

export const progressFrame = (batch: Batch): string => `event: progress\ndata: ${JSON.stringify(batch)}\n\n`;
const doneFrame = (batch: Batch): string => `event: done\ndata: ${JSON.stringify(batch)}\n\n`;

interface Watched {
  readonly projectId: string;
  readonly viewers: Set<SseResponse>;
  /** Those whose socket is full miss frames: each is the whole, so they need only the newest. */
  readonly full: Set<SseResponse>;
  last: string;
}

/** One clock for all, which runs while somebody watches: each batch is read once, however many look at it. */
export function createBatchStreams(deps: {
  readonly read: (projectId: string, batchId: string) => Promise<Batch | null>;
  readonly logger: Logger;
  readonly heartbeatMs: number;
  readonly everyMs?: number;
}): BatchStreams {
  const { read, logger, heartbeatMs, everyMs = EVERY_MS } = deps;
  const watched = new Map<string, Watched>();
  let clock: NodeJS.Timeout | null = null;
  let busy = false;

  function send(entry: Watched, response: SseResponse, frame: string): void {
    if (entry.full.has(response)) return;
    const drained = response.send(frame);
    if (drained === undefined) return;
    entry.full.add(response);
    void drained.then(() => {
      if (entry.full.delete(response) && entry.last !== frame) send(entry, response, entry.last);
    });
  }

  function finish(response: SseResponse, batch: Batch): void {
    void Promise.resolve(response.send(progressFrame(batch) + doneFrame(batch))).then(() => response.end());
  }

  async function look(batchId: string, entry: Watched): Promise<void> {
    const batch = await read(entry.projectId, batchId);
    if (batch && !isFinished(batch.status)) {
      const frame = progressFrame(batch);
      if (frame === entry.last) return;
      entry.last = frame;
      for (const response of entry.viewers) send(entry, response, frame);
      return;
    }
    watched.delete(batchId);
    // One that was deleted has no end to tell of: who comes back hears 404.
    for (const response of entry.viewers) batch ? finish(response, batch) : response.destroy();
  }

  async function tick(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (const [batchId, entry] of [...watched]) await look(batchId, entry);
    } catch (err) {
      logger.warn({ err }, 'no progress for those who watch batches; the next tick tries again');
    } finally {
      busy = false;
    }
  }

  function leave(batchId: string, entry: Watched, response: SseResponse): void {
    entry.viewers.delete(response);
    entry.full.delete(response);
    if (entry.viewers.size === 0 && watched.get(batchId) === entry) watched.delete(batchId);
    if (clock === null || watched.size > 0) return;
    clearInterval(clock);
    clock = null;
  }

  return {
    async open(req, res, first) {
      const onCutOff = (reason: string) => logger.info({ reason }, 'batch watcher cut off');
      const response = openSseResponse({
        req,
        res,
        heartbeatMs,
        limits: SSE_LIMITS,
        onBytes: () => undefined,
        onCutOff,
      });
      if (isFinished(first.status)) {
        finish(response, first);
        return response.closed;
      }
      const frame = progressFrame(first);
      const entry = watched.get(first.batch_id) ?? {
        projectId: first.project_id,
        viewers: new Set(),
        full: new Set(),
        last: frame,
      };
      watched.set(first.batch_id, entry);
      entry.viewers.add(response);
      clock ??= setInterval(() => void tick(), everyMs);
      send(entry, response, frame);
      await response.closed;
      leave(first.batch_id, entry, response);
    },
    closeAll() {
      for (const { viewers } of watched.values()) for (const response of viewers) response.destroy();
    },
  };
}
