import { describe, expect, it } from 'vitest';
import type { Lane } from '../../../src/shared/domain/run.ts';
import { type QueueReport, queueReportSchema } from '../../../src/shared/ops/queue-report.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { openStream } from '../../support/skein-stream.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein({ env: { HEARTBEAT_MS: '200', WORKER_LOST_MS: '15000' } });

const report = async (): Promise<QueueReport> => (await skein.send<QueueReport>('GET', '/ops/queues')).body;
const laneOf = ({ lanes }: QueueReport, lane: Lane) => lanes.find((load) => load.lane === lane);
const hang = () => asks({ fault: { kind: 'hang' } });

/** A report made after now that fits: they are made every 2 seconds only. */
const reportWith = (what: string, check: (report: QueueReport) => unknown) =>
  waitFor(
    async () => {
      const seen = await report();
      return check(seen) ? seen : null;
    },
    { what, timeoutMs: 10_000 },
  );

/** The whole hour of a lane in one row. */
const total = ({ window }: QueueReport, lane: Lane) =>
  window.series
    .filter((row) => row.lane === lane)
    .reduce(
      (sum, row) => ({
        completed: sum.completed + row.completed,
        failed: sum.failed + row.failed,
        cancelled: sum.cancelled + row.cancelled,
        other: sum.other + row.other,
      }),
      { completed: 0, failed: 0, cancelled: 0, other: 0 },
    );

const twoDigits = (ms: number) => {
  const step = 10 ** Math.max(0, `${ms}`.length - 2);
  return Math.floor(ms / step) * step;
};
const nearestRank = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1] ?? null;

async function runOn(input: string, lane: Lane = 'interactive') {
  const { thread_id } = await skein.createThread();
  return skein.createRun({ thread_id, input, lane });
}

describe('GET /ops/queues', () => {
  it('is empty before there is anything, with the worker that waits', async () => {
    const seen = await report();
    expect(queueReportSchema.parse(seen)).toEqual(seen);
    expect(seen.lanes).toEqual(
      ['interactive', 'batch'].map((lane) => ({
        lane,
        queued: 0,
        dispatched: 0,
        waiting: 0,
        running: 0,
        oldest_wait_ms: null,
        paused: false,
      })),
    );
    expect(seen.workers).toMatchObject([{ alive: true, slots: { interactive: 100, batch: 20 }, running: 0 }]);
    expect(seen.window).toEqual({ minutes: 60, series: [] });
  });

  it('agrees with what was submitted: running, queued behind a busy thread, and how the others ended', async () => {
    const { thread_id } = await skein.createThread();
    const running = await skein.createRun({ thread_id, input: hang() });
    await skein.waitForRun(running.run_id, 'in_progress');
    const waiting = await skein.createRun({ thread_id, input: hang() });
    await skein.createRun({ thread_id, input: hang() });

    for (const lane of ['interactive', 'interactive', 'batch'] as const) {
      const run = await runOn(asks({ chunks: ['a'], first_delay_ms: 120 }), lane);
      await skein.waitForRun(run.run_id, 'completed');
    }
    await skein.waitForRun((await runOn(asks({ fault: { kind: 'status', status: 400 } }))).run_id, 'failed');
    await skein.waitForRun((await runOn(asks({ chunks: ['a'], finish_reason: 'length' }))).run_id, 'incomplete');
    const cancelled = await runOn(hang(), 'batch');
    await skein.waitForRun(cancelled.run_id, 'in_progress');
    await skein.cancel(cancelled.run_id, '?wait=true');

    const seen = await reportWith(
      'all of it',
      (now) => total(now, 'batch').cancelled === 1 && now.workers[0]?.running === 1,
    );
    expect(queueReportSchema.parse(seen)).toEqual(seen);
    expect(laneOf(seen, 'interactive')).toMatchObject({ queued: 2, dispatched: 0, running: 1 });
    expect(laneOf(seen, 'batch')).toMatchObject({ queued: 0, dispatched: 0, running: 0, oldest_wait_ms: null });
    const waited = Date.parse(seen.generated_at) - Date.parse(waiting.created_at);
    expect(laneOf(seen, 'interactive')?.oldest_wait_ms).toBeGreaterThanOrEqual(waited);
    expect(laneOf(seen, 'interactive')?.oldest_wait_ms).toBeLessThan(waited + 2000);
    expect(total(seen, 'interactive')).toEqual({ completed: 2, failed: 1, cancelled: 0, other: 1 });
    expect(total(seen, 'batch')).toEqual({ completed: 1, failed: 0, cancelled: 1, other: 0 });

    for (const run_id of [waiting.run_id, running.run_id]) await skein.cancel(run_id);
    await skein.send('POST', `/threads/${thread_id}/runs/cancel?wait=true`);
  });

  it('says how long the start and the first token took, from the times of the runs', async () => {
    for (const first_delay_ms of [0, 30, 150]) {
      const run = await runOn(asks({ chunks: ['a'], first_delay_ms }), 'batch');
      await skein.waitForRun(run.run_id, 'completed');
    }
    const ended = await skein.models.runs.find({ lane: 'batch', finished_at: { $ne: null } }).lean();
    const seen = await reportWith('all of them', (now) => total(now, 'batch').completed === 4);
    const rows = seen.window.series.filter(({ lane }) => lane === 'batch');
    expect(rows.map(({ minute }) => minute)).toEqual(rows.map(({ minute }) => minute).toSorted());
    for (const row of rows) {
      const runs = ended.filter(({ finished_at }) => finished_at?.toISOString().startsWith(row.minute.slice(0, 16)));
      const ttft = runs.flatMap(({ started_at, first_token_at }) =>
        started_at && first_token_at ? [twoDigits(first_token_at.getTime() - started_at.getTime())] : [],
      );
      const wait = runs.flatMap(({ created_at, started_at }) =>
        started_at ? [twoDigits(started_at.getTime() - created_at.getTime())] : [],
      );
      expect(row).toMatchObject({
        ttft_p50_ms: nearestRank(ttft, 0.5),
        ttft_p95_ms: nearestRank(ttft, 0.95),
        wait_p50_ms: nearestRank(wait, 0.5),
      });
    }
    expect(Math.max(...rows.map((row) => row.ttft_p95_ms ?? 0))).toBeGreaterThanOrEqual(150);
  });

  it('shows a worker that died as not alive, after those that live', async () => {
    const longAgo = new Date(Date.now() - 60_000);
    await skein.models.workers.insertMany(
      [{ _id: 'gone', started_at: longAgo, seen_at: longAgo, slots: { interactive: 1, batch: 1 }, running: 1 }],
      { lean: true },
    );
    const seen = await reportWith('it', ({ workers }) => workers.length === 2);
    expect(seen.workers.map(({ worker_id, alive }) => [worker_id === 'gone', alive])).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('asks the database once, however many ask', async () => {
    await report();
    skein.commands.length = 0;
    await Promise.all(Array.from({ length: 50 }, report));
    // One report more at most, should the last one have become too old meanwhile.
    expect(skein.commands.filter((name) => name === 'aggregate').length).toBeLessThanOrEqual(7);
  });
});

describe('GET /ops/queues/stream', () => {
  it('sends the report at once and a new one every 2 seconds, until the client goes', async () => {
    const stream = await openStream(`${skein.url}/ops/queues/stream`);
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toContain('text/event-stream');
    expect(stream.headers['cache-control']).toContain('no-transform');
    const reports = () =>
      (stream.events() as unknown as { event: string; data: QueueReport }[]).map(({ event, data }) => {
        expect(event).toBe('queues');
        return queueReportSchema.parse(data);
      });
    await waitFor(() => reports().length >= 1, { what: 'the first' });
    const run = await runOn(hang());
    await waitFor(() => reports().some((seen) => laneOf(seen, 'interactive')?.running === 1), {
      what: 'the run',
      timeoutMs: 10_000,
    });
    stream.leave();
    await stream.ended;
    await skein.cancel(run.run_id, '?wait=true');
  });
});
