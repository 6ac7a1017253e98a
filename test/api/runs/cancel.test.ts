import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/shared/domain/run.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';

const skein = useSkein();

const endless = () => asks({ tokens: 2000, delay_ms: 10 });
const requestOf = (text: string) => skein.model.requests.find((request) => request.user_text === text);

describe('cancelling a run', () => {
  it('with wait answers when the model call has stopped, and not before', async () => {
    const thread = await skein.createThread();
    const text = endless();
    const stream = await skein.stream({ thread_id: thread.thread_id, input: text });
    await stream.until('text', () => stream.all('text').length > 2);
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    const startedAt = performance.now();
    const cancelled = await skein.cancel(runId, '?wait=true');
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(requestOf(text)?.closed_early).toBe(true);
    expect(cancelled).toMatchObject({ status: 'cancelled', last_error: null });
    expect(cancelled.cancel_requested_at).not.toBeNull();
    const events = await stream.finished();
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'cancelled' } });
    // What the model had said was not committed; the input was.
    expect((await skein.messages(thread.thread_id)).map(({ role }) => role)).toEqual(['user']);
    expect((await skein.thread(thread.thread_id)).status).toBe('idle');
  });

  it('without wait answers at once that the wish is stored', async () => {
    const thread = await skein.createThread();
    const run = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    await skein.waitForRun(run.run_id, 'in_progress');
    const answer = await skein.send<Run>('POST', `/threads/${thread.thread_id}/runs/${run.run_id}/cancel`);
    expect([answer.status, answer.body.status]).toEqual([202, 'cancelling']);
    await skein.waitForRun(run.run_id, 'cancelled');
  });

  it('ends a queued run at once, without a model call, and its viewers see it', async () => {
    const thread = await skein.createThread();
    const first = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const text = endless();
    const second = await skein.stream({ thread_id: thread.thread_id, input: text });
    await second.until('queued', () => second.all('queued').length > 0);
    const [queued] = (await skein.send<Run[]>('GET', `/threads/${thread.thread_id}/runs?status=queued`)).body;
    const answer = await skein.send<Run>('POST', `/runs/${queued?.run_id}/cancel`);
    expect([answer.status, answer.body.status, answer.body.attempt]).toEqual([200, 'cancelled', 0]);
    await second.finished();
    expect(second.all('done')).toMatchObject([{ status: 'cancelled' }]);
    expect((await skein.getRun(first.run_id)).status).toBe('in_progress');
    await skein.cancel(first.run_id, '?wait=1');
    expect(requestOf(text)).toBeUndefined();
  });

  it('lets the next run of the thread go on', async () => {
    const thread = await skein.createThread();
    const first = await skein.createRun({ thread_id: thread.thread_id, input: endless() });
    const next = await skein.createRun({ thread_id: thread.thread_id, input: asks({ chunks: ['mine'] }) });
    await skein.waitForRun(first.run_id, 'in_progress');
    await skein.cancel(first.run_id, '?wait=true');
    await skein.waitForRun(next.run_id, 'completed');
  });

  it('changes nothing after the end, however often it is asked for', async () => {
    const thread = await skein.createThread();
    const run = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['ok'] }) });
    const before = await skein.getRun(run.run_id);
    // Only GET says why a run waits.
    const { waiting: _, ...answer } = before as typeof before & { waiting: unknown };
    for (const query of ['', '?wait=true'])
      expect(await skein.send('POST', `/runs/${run.run_id}/cancel${query}`)).toMatchObject({
        status: 200,
        body: answer,
      });
    expect(await skein.getRun(run.run_id)).toEqual(before);
  });

  it('by thread stops all that is open there, whatever its state, and nothing starts in between', async () => {
    const thread = await skein.createThread();
    const texts = [endless(), endless(), endless()];
    const runs: Run[] = [];
    for (const input of texts) runs.push(await skein.createRun({ thread_id: thread.thread_id, input }));
    await waitFor(() => requestOf(texts[0] ?? ''), { what: 'the first run asks the model' });
    const answer = await skein.send<Run[]>('POST', `/threads/${thread.thread_id}/runs/cancel?wait=true`);
    expect(answer.body.map(({ run_id, status }) => [run_id, status])).toEqual(
      runs.map(({ run_id }) => [run_id, 'cancelled']),
    );
    expect(texts.map((text) => requestOf(text) !== undefined)).toEqual([true, false, false]);
    expect((await skein.send<Run[]>('POST', `/threads/${thread.thread_id}/runs/cancel`)).body).toEqual([]);
  });
});

describe('a cancel whose message to the worker is lost', () => {
  const other = useSkein({ env: { HEARTBEAT_MS: '50' } });

  it('reaches the worker with its next heartbeat', async () => {
    const thread = await other.createThread();
    const text = endless();
    const run = await other.createRun({ thread_id: thread.thread_id, input: text });
    await other.waitForRun(run.run_id, 'in_progress');
    // As the API leaves it when Redis goes away right after the wish was stored.
    await other.models.runs.updateOne({ _id: run.run_id }, { $set: { status: 'cancelling' } });
    await other.waitForRun(run.run_id, 'cancelled');
    expect(other.model.requests.filter((request) => !request.closed_early)).toEqual([]);
  });
});
