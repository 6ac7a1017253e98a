import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scrape, scrape, sumOf } from '../../support/scrape.ts';
import { asks, type TestWorker, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein({ workers: 0 });
let worker: TestWorker;
beforeAll(async () => {
  worker = await skein.startWorker({ METRICS_PORT: '0' });
});

const ofApi = () => scrape(`${skein.url}/metrics`);
const ofWorker = () => scrape(`http://127.0.0.1:${worker.metricsPort}/metrics`);
const probe = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${worker.metricsPort}${path}`);
  return { status: response.status, body: await response.json() };
};

/** What some work adds to a counter. */
async function added(read: () => Promise<Scrape>, work: () => Promise<unknown>) {
  const before = await read();
  await work();
  const after = await read();
  return (name: string, labels: Record<string, string> = {}) =>
    sumOf(after, name, labels) - sumOf(before, name, labels);
}

describe('the metrics of a worker', () => {
  it('count runs by how they ended, with their times', async () => {
    const of = await added(ofWorker, async () => {
      for (const lane of ['interactive', 'batch'])
        await skein.run({ ...(await thread()), lane, input: asks({ tokens: 3, first_delay_ms: 30 }) });
      await skein.run({ ...(await thread()), input: asks({ fault: { kind: 'status', status: 400 } }) });
      await skein.run({ ...(await thread()), input: asks({ chunks: ['x'], finish_reason: 'length' }) });
    });
    expect(of('skein_runs_ended_total', { lane: 'interactive', status: 'completed' })).toBe(1);
    expect(of('skein_runs_ended_total', { lane: 'batch', status: 'completed' })).toBe(1);
    expect(of('skein_runs_ended_total', { status: 'failed' })).toBe(1);
    expect(of('skein_runs_ended_total', { status: 'incomplete' })).toBe(1);
    expect(of('skein_run_attempts_total', { again: 'false' })).toBe(4);
    expect(of('skein_run_executions_total', { settled: 'ended' })).toBe(4);
    expect(of('skein_run_start_wait_seconds_count')).toBe(4);
    expect(of('skein_run_duration_seconds_count', { status: 'completed' })).toBe(2);
    expect(of('skein_run_first_token_seconds_count')).toBe(3);
    expect(of('skein_run_first_token_seconds_sum')).toBeGreaterThanOrEqual(0.06);
  });

  it('count model calls by outcome, retries by reason, and tokens', async () => {
    const of = await added(ofWorker, async () => {
      const input = asks({ steps: [[{ fault: { kind: 'status', status: 503 } }, { tokens: 5 }]] });
      await skein.run({ ...(await thread()), input });
      await skein.run({
        ...(await thread()),
        model: 'made-up',
        input: asks({ fault: { kind: 'status', status: 400 } }),
      });
    });
    const model = 'fake-model';
    expect(of('skein_model_calls_total', { model, outcome: 'ok' })).toBe(1);
    expect(of('skein_model_calls_total', { model, outcome: 'model_unavailable' })).toBe(1);
    expect(of('skein_model_retries_total', { model, reason: 'model_unavailable' })).toBe(1);
    expect(of('skein_model_call_duration_seconds_count', { model })).toBe(1);
    expect(of('skein_model_tokens_total', { model, kind: 'completion' })).toBe(5);
    expect(of('skein_model_tokens_total', { model, kind: 'prompt' })).toBeGreaterThan(0);
    // A name that was never answered to is no series of its own.
    expect(of('skein_model_calls_total', { model: 'other', outcome: 'model_rejected' })).toBe(1);
    expect(of('skein_model_calls_total', { model: 'made-up' })).toBe(0);
  });

  it('count tool calls by name and outcome', async () => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'builtin', name: 'calculator' }] });
    const calls = ['1+1', '1+'].map((expression) => ({ name: 'calculator', arguments: { expression } }));
    const of = await added(ofWorker, async () =>
      skein.run({
        ...(await thread(assistant_id)),
        input: asks({ steps: [{ tool_calls: [...calls, { name: 'no_such_tool', arguments: {} }] }, { tokens: 1 }] }),
      }),
    );
    expect(of('skein_tool_calls_total', { tool: 'calculator', outcome: 'completed' })).toBe(1);
    expect(of('skein_tool_calls_total', { tool: 'calculator', outcome: 'failed' })).toBe(1);
    expect(of('skein_tool_calls_total', { tool: 'other', outcome: 'failed' })).toBe(1);
    expect(of('skein_tool_call_duration_seconds_count', { tool: 'calculator' })).toBe(2);
  });

  it('say how long a cancel took, and what the worker does now', async () => {
    const of = await added(ofWorker, async () => {
      const run = await skein.createRun({ ...(await thread()), input: asks({ fault: { kind: 'hang' } }) });
      await skein.waitForRun(run.run_id, 'in_progress');
      expect(sumOf(await ofWorker(), 'skein_worker_running_runs')).toBe(1);
      await skein.cancel(run.run_id, '?wait=true');
    });
    expect(of('skein_run_cancel_seconds_count')).toBe(1);
    expect(of('skein_run_cancel_seconds_sum')).toBeLessThan(5);
    const now = await ofWorker();
    expect(sumOf(now, 'skein_worker_slots', { lane: 'interactive' })).toBe(100);
    expect(sumOf(now, 'skein_worker_takes_runs')).toBe(1);
    expect(sumOf(now, 'skein_worker_heartbeat_age_seconds')).toBeLessThan(15);
    expect(sumOf(now, 'process_cpu_seconds_total')).toBeGreaterThan(0);
  });
});

describe('the probes of a worker', () => {
  const other: { worker?: TestWorker } = {};
  afterAll(() => other.worker?.stop());

  it('say that it lives, that it takes runs, and nothing else', async () => {
    expect(await probe('/health/live')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await probe('/health/ready')).toEqual({ status: 200, body: { status: 'ok' } });
    expect((await probe('/')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${worker.metricsPort}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('say that it is not ready while it stops, and why', async () => {
    other.worker = await skein.startWorker({ METRICS_PORT: '0', DRAIN_MS: '10000' });
    const { metricsPort } = other.worker;
    await worker.stop();
    const run = await skein.createRun({ ...(await thread()), input: asks({ fault: { kind: 'hang' } }) });
    await skein.waitForRun(run.run_id, 'in_progress');
    const stopped = other.worker.stop();
    const answer = await waitFor(
      async () => {
        const response = await fetch(`http://127.0.0.1:${metricsPort}/health/ready`);
        return response.status === 503 && response.json();
      },
      { what: 'not ready' },
    );
    expect(answer).toEqual({ status: 'failed', problems: { worker: 'stopping' } });
    await skein.cancel(run.run_id);
    await stopped;
    worker = await skein.startWorker({ METRICS_PORT: '0' });
  });
});

describe('GET /metrics', () => {
  it('times requests by route template and class of status, whatever ids and paths clients send', async () => {
    const { thread_id } = await thread();
    const of = await added(ofApi, async () => {
      await skein.thread(thread_id);
      await skein.send('GET', '/threads/0190a3b4-0000-7000-8000-00000000ffff');
      await skein.send('GET', '/no/such/route');
      await skein.send('DELETE', '/info');
    });
    const name = 'skein_http_request_duration_seconds_count';
    expect(of(name, { method: 'GET', route: '/threads/{thread_id}', status: '2xx' })).toBe(1);
    expect(of(name, { method: 'GET', route: '/threads/{thread_id}', status: '4xx' })).toBe(1);
    expect(of(name, { method: 'GET', route: 'other', status: '4xx' })).toBe(1);
    expect(of(name, { method: 'DELETE', route: '/info', status: '4xx' })).toBe(1);
  });

  it('counts streams, their events and bytes', async () => {
    const stream = await skein.stream({ ...(await thread()), input: asks({ fault: { kind: 'hang' } }) });
    await stream.until('the first event', () => stream.all('metadata').length === 1);
    expect(sumOf(await ofApi(), 'skein_sse_clients', { stream: 'run' })).toBe(1);
    stream.leave();
    const [{ run_id } = { run_id: '' }] = stream.all('metadata');
    await skein.cancel(run_id, '?wait=true');
    await waitFor(async () => sumOf(await ofApi(), 'skein_sse_clients', { stream: 'run' }) === 0, { what: 'nobody' });

    const ended = await skein.run({ ...(await thread()), input: asks({ chunks: ['a', 'b'] }) });
    let events = 0;
    const of = await added(ofApi, async () => {
      const rejoined = await skein.rejoin(ended.run_id);
      events = (await rejoined.finished()).length;
    });
    expect(of('skein_sse_sent_events_total')).toBe(events);
    expect(of('skein_sse_sent_bytes_total')).toBeGreaterThan(100);
    expect(of('skein_sse_cut_off_total')).toBe(0);
  });

  it('shows the queues of the whole installation', async () => {
    const { thread_id } = await thread();
    const first = await skein.createRun({ thread_id, input: asks({ fault: { kind: 'hang' } }) });
    await skein.createRun({ thread_id, input: asks({ tokens: 1 }) });
    await skein.waitForRun(first.run_id, 'in_progress');
    await skein.send('POST', '/ops/lanes/batch/pause');
    const lane = 'interactive';
    const values = await waitFor(
      async () => {
        const now = await ofApi();
        return sumOf(now, 'skein_queue_waiting_runs', { lane }) === 1 && now;
      },
      { what: 'the run that waits' },
    );
    expect(sumOf(values, 'skein_queue_running_runs', { lane })).toBe(1);
    expect(sumOf(values, 'skein_queue_oldest_wait_seconds', { lane })).toBeGreaterThan(0);
    expect(sumOf(values, 'skein_queue_paused', { lane })).toBe(0);
    expect(sumOf(values, 'skein_queue_paused', { lane: 'batch' })).toBe(1);
    expect(sumOf(values, 'skein_queue_slots', { lane })).toBe(100);
    expect(sumOf(values, 'skein_workers', { state: 'alive' })).toBe(1);
    expect(sumOf(values, 'skein_queue_report_up')).toBe(1);
    await skein.send('POST', '/ops/lanes/batch/resume');
    await skein.send('POST', `/threads/${thread_id}/runs/cancel?wait=true`);
  });

  it('asks the database for one report, however many scrape', async () => {
    await ofApi();
    skein.commands.length = 0;
    await Promise.all(Array.from({ length: 20 }, ofApi));
    expect(skein.commands.filter((name) => name === 'aggregate').length).toBeLessThanOrEqual(7);
  });
});

async function thread(assistantId?: string) {
  const { thread_id } = await skein.createThread(assistantId);
  return { thread_id };
}
