import { describe, expect, it } from 'vitest';
import type { QueueReport } from '../../../src/shared/ops/queue-report.ts';
import { scrape, sumOf } from '../../support/scrape.ts';
import { asks, type TestWorker, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein({ workers: 0 });

const order = (worker: TestWorker, action: 'drain' | 'undrain') =>
  skein.send<{ draining: boolean; alive: boolean; code: string }>('POST', `/ops/workers/${worker.workerId}/${action}`);
const hang = async () => {
  const { thread_id } = await skein.createThread();
  return skein.createRun({ thread_id, input: asks({ fault: { kind: 'hang' } }) });
};
const takesRuns = async (worker: TestWorker) =>
  sumOf(await scrape(`http://127.0.0.1:${worker.metricsPort}/metrics`), 'skein_worker_takes_runs') === 1;

describe('a worker that is drained', () => {
  it('takes no further run, keeps those it has, and takes runs again when it may', async () => {
    const first = await skein.startWorker({ METRICS_PORT: '0' });
    const kept = await hang();
    await skein.waitForRun(kept.run_id, 'in_progress');
    const answer = await order(first, 'drain');
    expect(answer).toMatchObject({ status: 200, body: { draining: true, alive: true, slots: { interactive: 100 } } });
    // Its heartbeat is 5 s away: it was told.
    await waitFor(async () => !(await takesRuns(first)), { what: 'drained', timeoutMs: 2000 });
    const ready = await fetch(`http://127.0.0.1:${first.metricsPort}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'failed', problems: { worker: 'drained' } }]);

    const waiting = await hang();
    const second = await skein.startWorker({ METRICS_PORT: '0' });
    expect(await skein.waitForRun(waiting.run_id, 'in_progress')).toMatchObject({ worker_id: second.workerId });
    expect(await skein.getRun(kept.run_id)).toMatchObject({ status: 'in_progress', worker_id: first.workerId });
    const report = (await skein.send<QueueReport>('GET', '/ops/queues')).body;
    expect(new Map(report.workers.map((worker) => [worker.worker_id, worker.draining]))).toEqual(
      new Map([
        [first.workerId, true],
        [second.workerId, false],
      ]),
    );
    const metrics = await scrape(`${skein.url}/metrics`);
    expect(sumOf(metrics, 'skein_workers', { state: 'draining' })).toBe(1);
    expect(sumOf(metrics, 'skein_queue_slots', { lane: 'interactive' })).toBe(100);

    await order(second, 'drain');
    await waitFor(async () => !(await takesRuns(second)), { what: 'both drained', timeoutMs: 2000 });
    const last = await hang();
    expect((await order(first, 'undrain')).body).toMatchObject({ draining: false });
    expect(await skein.waitForRun(last.run_id, 'in_progress')).toMatchObject({ worker_id: first.workerId });
    // Nobody was started twice on the way.
    for (const { run_id } of [kept, waiting, last]) {
      expect(await skein.getRun(run_id)).toMatchObject({ attempt: 1 });
      await skein.cancel(run_id, '?wait=true');
    }
    await first.stop();
    await second.stop();
  });

  it('finds out by its heartbeat when it was not told', async () => {
    const worker = await skein.startWorker({ METRICS_PORT: '0', HEARTBEAT_MS: '100' });
    await skein.models.workers.updateOne({ _id: worker.workerId }, { $set: { draining: true } });
    await waitFor(async () => !(await takesRuns(worker)), { what: 'drained' });
    await worker.stop();
  });

  it('hands its runs on when it is stopped', async () => {
    const first = await skein.startWorker({ DRAIN_MS: '10' });
    const run = await hang();
    await skein.waitForRun(run.run_id, 'in_progress');
    await order(first, 'drain');
    const second = await skein.startWorker();
    await first.stop();
    await waitFor(async () => (await skein.getRun(run.run_id)).worker_id === second.workerId, { what: 'handed on' });
    await skein.cancel(run.run_id, '?wait=true');
    await second.stop();
  });

  it('is 404 when there is none, and a worker that left is none', async () => {
    const worker = await skein.startWorker();
    await worker.stop();
    expect(await order(worker, 'drain')).toMatchObject({ status: 404, body: { code: 'not_found' } });
    expect(await skein.send('POST', '/ops/workers/..%2f..%2f/drain')).toMatchObject({ status: 404 });
  });
});
