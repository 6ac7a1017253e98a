import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { exampleReport } from '../../../src/api/ops/example-report.ts';
import { createQueueStreams, queuesFrame } from '../../../src/api/ops/queue-streams.ts';
import { createLogger } from '../../../src/shared/logging/create-logger.ts';
import type { QueueReport } from '../../../src/shared/ops/queue-report.ts';
import { openStream } from '../../support/skein-stream.ts';
import { waitFor } from '../../support/wait-for.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** Streams on a real server, whose reports are made here: how many, and how large. */
async function serve(options: { readonly workers: number; readonly drainMs: number }) {
  const [worker] = exampleReport.workers;
  const report: QueueReport = { ...exampleReport, workers: worker ? Array(options.workers).fill(worker) : [] };
  const state = { made: 0, fail: false, responses: [] as ServerResponse[] };
  const streams = createQueueStreams({
    watch: {
      async report() {
        state.made += 1;
        if (state.fail) throw new Error('away');
        return report;
      },
    },
    logger: createLogger({ name: 'test', level: 'silent' }),
    heartbeatMs: 60_000,
    everyMs: 2,
    limits: { maxUnsentBytes: 1_048_576, drainMs: options.drainMs },
  });
  const server = createServer((req, res) => {
    state.responses.push(res);
    void streams.open(req, res, report);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(
    () => server.close(),
    () => streams.closeAll(),
  );
  const { port } = server.address() as AddressInfo;
  return { state, streams, port, url: `http://127.0.0.1:${port}/`, frameBytes: Buffer.byteLength(queuesFrame(report)) };
}

describe('those who watch the queues', () => {
  it('miss reports while they do not read: memory for one, and the others get theirs', async () => {
    const { state, port, url, frameBytes } = await serve({ workers: 1000, drainMs: 60_000 });
    const silent = connect(port, '127.0.0.1').pause();
    undo.push(() => silent.destroy());
    silent.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => (state.responses[0]?.writableLength ?? 0) > 0, {
      what: 'its socket is full',
      timeoutMs: 15_000,
    });
    const madeBefore = state.made;
    const reader = await openStream(url);
    await waitFor(() => state.made > madeBefore + 50 && reader.text().length > 3 * frameBytes, {
      what: '50 more',
      timeoutMs: 15_000,
    });
    expect(state.responses[0]?.writableLength).toBeLessThan(2 * frameBytes);
    reader.leave();
  });

  it('are cut off when they do not read for long', async () => {
    const { state, port } = await serve({ workers: 1000, drainMs: 100 });
    const silent = connect(port, '127.0.0.1').pause();
    undo.push(() => silent.destroy());
    silent.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await waitFor(() => state.responses[0]?.destroyed, { what: 'the cut', timeoutMs: 15_000 });
  });

  it('cost nothing when the last has gone', async () => {
    const { state, url } = await serve({ workers: 1, drainMs: 60_000 });
    const stream = await openStream(url);
    await waitFor(() => state.made > 3, { what: 'some reports' });
    stream.leave();
    await waitFor(() => state.responses[0]?.destroyed, { what: 'it has gone' });
    const made = state.made;
    const again = await openStream(url);
    // Its first report was made by the request itself; the clock makes the rest, once for both looks.
    await waitFor(() => state.made > made, { what: 'the clock runs again' });
    again.leave();
  });

  it('stay while no report can be made, and are cut, not ended, when the process stops', async () => {
    const { state, streams, url } = await serve({ workers: 1, drainMs: 60_000 });
    const stream = await openStream(url);
    state.fail = true;
    const made = state.made;
    await waitFor(() => state.made > made + 5, { what: 'some failures' });
    state.fail = false;
    const seen = stream.events().length;
    await waitFor(() => stream.events().length > seen, { what: 'reports again' });
    streams.closeAll();
    expect(await stream.ended).toBe('cut');
  });
});
