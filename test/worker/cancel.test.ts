import { afterEach, describe, expect, it } from 'vitest';
import type { Run } from '../../src/shared/domain/run.ts';
import { useProcesses } from '../support/processes.ts';
import { asks, type TestWorker, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';

const skein = useSkein({ workers: 0, env: { STREAM_HEARTBEAT_MS: '100' } });
const processes = useProcesses();
const SWEEPING = { SWEEP_MS: '40', HEARTBEAT_MS: '300', WORKER_LOST_MS: '1500' };

const workers: TestWorker[] = [];
const startWorker = async (env: Readonly<Record<string, string>> = {}) => {
  const worker = await skein.startWorker(env);
  workers.push(worker);
  return worker;
};
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
const requestOf = (text: string) => skein.model.requests.find((request) => request.user_text === text);

describe('a cancel', () => {
  it('of a run whose worker was killed is answered when a sweeper has ended it, and nobody executes it again', async () => {
    const victim = await processes.startWorker({ ...skein.env, ...SWEEPING, LOG_LEVEL: 'info' });
    const { thread_id } = await skein.createThread();
    const text = asks({ tokens: 2000, delay_ms: 10 });
    const stream = await skein.stream({ thread_id, input: text });
    await stream.until('text', () => stream.all('text').length > 2);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    await victim.kill();
    const cancelling = skein.cancel(runId, '?wait=true');
    await skein.waitForRun(runId, 'cancelling');
    const next = await skein.createRun({ thread_id, input: asks({ chunks: ['next'] }) });
    await startWorker(SWEEPING);
    expect(await cancelling).toMatchObject({ status: 'cancelled', attempt: 1, last_error: null });
    expect((await stream.finished()).at(-1)).toMatchObject({ event: 'done', data: { status: 'cancelled' } });
    await skein.waitForRun(next.run_id, 'completed');
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
    expect(await skein.getRun(runId)).toMatchObject({ status: 'cancelled', attempt: 1 });
  });

  it('ends a run that waits for the client at once, refuses its outputs, and lets the thread go on', async () => {
    await startWorker();
    const tools = [
      { type: 'function', function: { name: 'ask', description: 'Asks.', parameters: { type: 'object' } } },
    ];
    const { assistant_id } = await skein.createAssistant({ tools });
    const { thread_id } = await skein.createThread(assistant_id);
    const call = { id: 'call_1', name: 'ask', arguments: {} };
    const stream = await skein.stream({ thread_id, input: asks({ steps: [{ tool_calls: [call] }, { tokens: 1 }] }) });
    await stream.until('requires_action', () => stream.all('requires_action').length > 0);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    await skein.waitForRun(runId, 'requires_action');
    const answer = await skein.send<Run>('POST', `/runs/${runId}/cancel?wait=true`);
    expect([answer.status, answer.body.status, answer.body.required_action]).toEqual([200, 'cancelled', null]);
    expect((await stream.finished()).at(-1)).toMatchObject({ event: 'done', data: { status: 'cancelled' } });
    const outputs = { tool_outputs: [{ tool_call_id: 'call_1', output: 'late' }] };
    expect((await skein.send('POST', `/runs/${runId}/tool_outputs`, outputs)).status).toBe(409);
    const next = await skein.run({ thread_id, input: asks({ chunks: ['fine'] }) });
    expect(next).toMatchObject({ status: 'completed' });
  });

  it('in back-off does not wait for its end, and the model is not asked again', async () => {
    await startWorker();
    const { thread_id } = await skein.createThread();
    const text = asks({ fault: { kind: 'status', status: 429, retry_after: 60 } });
    const stream = await skein.stream({ thread_id, input: text });
    await stream.until('retrying', () => stream.all('retrying').length > 0);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    const startedAt = performance.now();
    expect(await skein.cancel(runId, '?wait=true')).toMatchObject({ status: 'cancelled', last_error: null });
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
  });

  it('by the thread reaches a run whose id no client has seen yet', async () => {
    await startWorker();
    const { thread_id } = await skein.createThread();
    const text = asks({ fault: { kind: 'hang' } });
    const posted = skein.createRun({ thread_id, input: text });
    await waitFor(() => requestOf(text), { what: 'the model is asked' });
    const answer = await skein.send<Run[]>('POST', `/threads/${thread_id}/runs/cancel?wait=true`);
    expect(answer.body).toMatchObject([{ status: 'cancelled' }]);
    expect(requestOf(text)?.closed_early).toBe(true);
    expect(await skein.getRun((await posted).run_id)).toMatchObject({ status: 'cancelled' });
  });
});
