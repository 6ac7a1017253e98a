import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RunProgress, RunSource } from '../../../src/api/sse/run-source.ts';
import { createRunStreams } from '../../../src/api/sse/run-streams.ts';
import type { SseLimits } from '../../../src/api/sse/sse-response.ts';
import type { Message } from '../../../src/shared/domain/message.ts';
import type { Run } from '../../../src/shared/domain/run.ts';
import { parseCursor } from '../../../src/shared/domain/stream-event.ts';
import type { RunEventHub } from '../../../src/shared/run-events/run-event-hub.ts';
import {
  type Log,
  logger,
  parseFrames,
  type SeenEvent,
  usage,
  withoutHeartbeats,
} from '../../integration/run-events/setup.ts';
import { waitFor } from '../../support/wait-for.ts';

/** The record, as the repositories of src/shared/mongo would answer: a value the test changes. */
export interface RecordedRun extends RunSource {
  progress: RunProgress | null;
  messages: Message[];
  /** The record cannot be reached. */
  away: boolean;
  loads: number;
  asked: number;
}

export function recordRun(log: Log, status: RunProgress['status'] = 'in_progress', position: number | null = null) {
  const record: RecordedRun = {
    progress: { status, position, usage },
    messages: [],
    away: false,
    loads: 0,
    asked: 0,
    async status() {
      record.asked += 1;
      if (record.away) throw new Error('the record is away');
      return record.progress;
    },
    async load() {
      record.loads += 1;
      if (record.away) throw new Error('the record is away');
      if (record.progress === null) return null;
      const run = { run_id: log.runId, attempt: 1, status: record.progress.status, usage } as Run;
      return { run, messages: record.messages };
    },
  };
  return record;
}

/** One client that reads the raw bytes of a stream. */
export interface StreamClient {
  readonly response: IncomingMessage;
  /** All bytes so far as text, without heartbeats. */
  readonly text: () => string;
  readonly raw: () => string;
  readonly events: () => SeenEvent[];
  /** How it ended: by the server's clean end or by a cut connection. */
  readonly ended: Promise<'end' | 'cut'>;
  until(what: string, check: (events: SeenEvent[]) => boolean): Promise<SeenEvent[]>;
  leave(): void;
}

/** A real HTTP server with the streams of one log behind it; closed, and checked for leaks, when the test is over. */
export async function serveLog(
  log: Log,
  options: { record?: RecordedRun; heartbeatMs?: number; limits?: SseLimits; hub?: RunEventHub } = {},
) {
  const { heartbeatMs = 5000, record = recordRun(log) } = options;
  const hub = options.hub ?? log.openHub();
  const streams = createRunStreams({ hub, logger, heartbeatMs, ...(options.limits ? { limits: options.limits } : {}) });
  const server = createServer(async (req, res) => {
    // As a body parser does: the request is read to its end before the endpoint answers.
    req.resume();
    await once(req, 'end');
    const query = new URL(req.url ?? '/', 'http://x').searchParams;
    const progress = record.progress ?? { status: 'in_progress', position: null, usage };
    const after = parseCursor(query.get('after') ?? '');
    void streams.stream({
      req,
      res,
      runId: log.runId,
      after,
      fresh: query.has('fresh'),
      progress,
      source: record,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  onTestFinished(async () => {
    streams.closeAll();
    server.close();
    server.closeAllConnections();
    await waitFor(() => streams.stats().open === 0 && hub.stats().viewers === 0, { what: 'all streams are released' });
  });

  async function join(after: string | null = null, query = ''): Promise<StreamClient> {
    const request = httpRequest(`${url}?${after === null ? '' : `after=${after}&`}${query}`, {
      method: 'POST',
      agent: false,
    });
    request.end('{}');
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise<'end' | 'cut'>((resolve) => {
      response.once('end', () => resolve('end'));
      response.once('error', () => resolve('cut'));
      response.once('close', () => resolve('cut'));
    });
    const raw = () => Buffer.concat(chunks).toString();
    const events = () => parseFrames(raw());
    const client: StreamClient = {
      response,
      raw,
      text: () => withoutHeartbeats(raw()),
      events,
      ended,
      until: async (what, check) => {
        await waitFor(() => check(events()), { what, timeoutMs: 10_000 });
        return events();
      },
      leave: () => request.destroy(),
    };
    return client;
  }
  return { hub, streams, server, url, port, record, join };
}
