import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/shared/domain/message.ts';
import type { FinishedRun, Run } from '../../../src/shared/domain/run.ts';
import type { Thread } from '../../../src/shared/domain/thread.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { type SeenEvent, textsOf } from '../../support/skein-stream.ts';

const skein = useSkein();

const idsOf = (events: readonly SeenEvent[]) => events.map((event) => event.id);
const contiguous = (events: readonly SeenEvent[], attempt = 1) => events.map((_, n) => `${attempt}-${n}`);

describe('a streamed run', () => {
  it('shows its events in order, with ids that have no gap, and ends cleanly after done', async () => {
    const thread = await skein.createThread();
    const chunks = ['Hel', 'lo ', '🙂', ' wörld'];
    const stream = await skein.stream({ thread_id: thread.thread_id, input: asks({ chunks, delay_ms: 20 }) });
    const events = await stream.finished();

    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const names = events.map(({ event }) => event);
    expect(names[0]).toBe('metadata');
    expect(names.slice(-2)).toEqual(['message', 'done']);
    expect(new Set(names.slice(1, -2))).toEqual(new Set(['text']));
    expect(idsOf(events)).toEqual(contiguous(events));

    const [done] = stream.all('done');
    const run = await skein.getRun(done?.run_id ?? '');
    expect(done).toEqual({ status: 'completed', run_id: run.run_id, usage: run.usage });
    expect(run.usage).toEqual({ prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 });
    expect(stream.all('metadata')).toEqual([
      { run_id: run.run_id, thread_id: thread.thread_id, attempt: 1, status: 'in_progress' },
    ]);
    expect(stream.headers['content-location']).toBe(`/threads/${thread.thread_id}/runs/${run.run_id}`);
    expect(stream.headers.location).toBe(`/threads/${thread.thread_id}/runs/${run.run_id}/stream`);
  });

  it('ends with the text that is stored, under the id it is stored under', async () => {
    const thread = await skein.createThread();
    const stream = await skein.stream({ thread_id: thread.thread_id, input: asks({ tokens: 300, delay_ms: 1 }) });
    const events = await stream.finished();
    const stored = await skein.messages(thread.thread_id);

    expect(stored.map(({ role }) => role)).toEqual(['user', 'assistant']);
    const answer = stored.at(-1) as Message;
    expect(textsOf(events)).toEqual(new Map([[answer.id, answer.content]]));
    expect(stream.all('message')).toEqual([answer]);
    expect(stream.all('text').length).toBeLessThan(300);
  });

  it('gives every viewer the same bytes, whenever they come', async () => {
    const thread = await skein.createThread();
    const first = await skein.stream({ thread_id: thread.thread_id, input: asks({ tokens: 60, delay_ms: 5 }) });
    await first.until('metadata', (events) => events.length > 0);
    const [{ run_id: runId } = { run_id: '' }] = first.all('metadata');
    const second = await skein.rejoin(runId);
    await first.until('some text', () => first.all('text').length > 5);
    const third = await skein.rejoin(runId);
    for (const stream of [first, second, third]) await stream.finished();
    const late = await skein.rejoin(runId);
    await late.finished();

    expect(first.text()).toContain('event: done');
    for (const stream of [second, third, late]) expect(stream.text()).toBe(first.text());
  });

  it('can be left and rejoined after every event, by header and by query', async () => {
    const thread = await skein.createThread();
    const stream = await skein.stream({ thread_id: thread.thread_id, input: asks({ tokens: 12, delay_ms: 16 }) });
    await stream.until('text', () => stream.all('text').length > 1);
    stream.leave();
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    await skein.waitForRun(runId, 'completed');
    const whole = await skein.rejoin(runId);
    const events = await whole.finished();
    expect(whole.text().startsWith(stream.text().slice(0, stream.text().lastIndexOf('\n\n') + 2))).toBe(true);
    const frames = whole.text().split('\n\n').slice(0, -1);

    expect(frames.length).toBeGreaterThan(5);
    for (const [index, event] of events.slice(0, -1).entries()) {
      const cursor = event.id ?? '';
      const byHeader = await skein.rejoin(runId, { lastEventId: cursor });
      const byQuery = await skein.rejoin(runId, { after: cursor });
      for (const rejoined of [byHeader, byQuery]) {
        await rejoined.finished();
        expect(rejoined.text()).toBe(`${frames.slice(index + 1).join('\n\n')}\n\n`);
      }
    }
  });

  it('goes on in the middle of the text for a client that comes back while the model speaks', async () => {
    const thread = await skein.createThread();
    const stream = await skein.stream({ thread_id: thread.thread_id, input: asks({ tokens: 60, delay_ms: 8 }) });
    await stream.until('some text', () => stream.all('text').length > 4);
    stream.leave();
    const had = stream.events();
    const [{ run_id: runId } = { run_id: '' }] = stream.all('metadata');
    const rest = await skein.rejoin(runId, { lastEventId: had.at(-1)?.id ?? '' });
    const events = [...had, ...(await rest.finished())];

    expect(idsOf(events)).toEqual(contiguous(events));
    const [answer] = (await skein.messages(thread.thread_id)).slice(-1);
    expect([...textsOf(events).values()]).toEqual([answer?.content]);
  });

  it('answers 204 to a client that has had the end', async () => {
    const stream = await skein.stream({ assistant_id: (await skein.createAssistant()).assistant_id, input: 'hello' });
    const last = (await stream.finished()).at(-1)?.id ?? '';
    const [{ run_id: runId } = { run_id: '' }] = stream.all('done');
    expect((await skein.rejoin(runId, { lastEventId: last })).status).toBe(204);
    expect((await skein.rejoin(runId, { after: last })).status).toBe(204);
    const bad = await skein.send<{ code: string }>('GET', `/runs/${runId}/stream?after=x`);
    expect([bad.status, bad.body.code]).toEqual([400, 'invalid_last_event_id']);
  });

  it('uses a temporary thread when it names none, and that is not listed', async () => {
    const { assistant_id } = await skein.createAssistant();
    const stream = await skein.stream({ assistant_id, input: asks({ chunks: ['alone'] }) });
    await stream.finished();
    const [{ run_id: runId } = { run_id: '' }] = stream.all('done');
    const run = await skein.getRun(runId);
    expect((await skein.messages(run.thread_id)).map(({ content }) => content).at(-1)).toBe('alone');
    const listed = (await skein.send<Thread[]>('GET', '/threads?limit=100')).body;
    expect(listed.map((thread) => thread.thread_id)).not.toContain(run.thread_id);
    const without = await skein.send<{ code: string }>('POST', '/runs/stream', { input: 'hello' });
    expect([without.status, without.body.code]).toEqual([422, 'validation_failed']);
  });
});

describe('a run in the background', () => {
  it('is accepted at once, seen while it runs, and joined at its end', async () => {
    const thread = await skein.createThread();
    const accepted = await skein.send<Run>('POST', `/threads/${thread.thread_id}/runs`, {
      input: { messages: [{ role: 'user', content: asks({ chunks: ['a', 'b'], first_delay_ms: 100 }) }] },
      metadata: { ticket: 7 },
    });
    expect(accepted.status).toBe(202);
    expect(accepted.body).toMatchObject({ status: 'queued', seq: 1, dispatch: 1, metadata: { ticket: 7 } });
    expect(accepted.headers.get('content-location')).toBe(`/threads/${thread.thread_id}/runs/${accepted.body.run_id}`);
    await skein.waitForRun(accepted.body.run_id, 'in_progress');
    expect((await skein.thread(thread.thread_id)).status).toBe('busy');

    const joined = await skein.send<FinishedRun>('GET', `/runs/${accepted.body.run_id}/join`);
    expect(joined.body.status).toBe('completed');
    expect(joined.body.messages.map(({ content }) => content)).toEqual(['ab']);
    expect(joined.body.attempt).toBe(1);
    const times = (['created_at', 'dispatched_at', 'started_at', 'first_token_at', 'finished_at'] as const).map(
      (field) => Date.parse(joined.body[field] ?? ''),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(await skein.thread(thread.thread_id)).toMatchObject({
      status: 'idle',
      last_message: { role: 'assistant', text: 'ab' },
    });
  });

  it('is answered with its messages by wait, within a moment of its end', async () => {
    const thread = await skein.createThread();
    const run = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['done'] }) });
    expect(run).toMatchObject({ status: 'completed', messages: [{ role: 'assistant', content: 'done' }] });
    const again = await skein.send<FinishedRun>('GET', `/threads/${thread.thread_id}/runs/${run.run_id}/join`);
    expect(again.body).toEqual(run);
  });

  it('is found under its own thread only', async () => {
    const [thread, other] = [await skein.createThread(), await skein.createThread()];
    const run = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['x'] }) });
    expect((await skein.send('GET', `/threads/${other.thread_id}/runs/${run.run_id}`)).status).toBe(404);
    const listed = await skein.send<Run[]>('GET', `/threads/${thread.thread_id}/runs`);
    expect(listed.body.map(({ run_id }) => run_id)).toEqual([run.run_id]);
    expect((await skein.send<Run[]>('GET', `/threads/${other.thread_id}/runs`)).body).toEqual([]);
    expect((await skein.send<Run[]>('GET', `/runs?thread_id=${thread.thread_id}&status=failed`)).body).toEqual([]);
  });

  it('keeps the assistant of the moment it was accepted', async () => {
    const assistant = await skein.createAssistant({ instructions: 'Be old.', temperature: 0.5 });
    const thread = await skein.createThread(assistant.assistant_id);
    const blocker = await skein.createRun({ thread_id: thread.thread_id, input: asks({ tokens: 3, delay_ms: 50 }) });
    const text = asks({ chunks: ['ok'] });
    const waiting = await skein.createRun({ thread_id: thread.thread_id, input: text, limits: { max_steps: 3 } });
    await skein.send('PATCH', `/assistants/${assistant.assistant_id}`, { instructions: 'Be new.', temperature: null });
    await skein.waitForRun(blocker.run_id, 'completed');
    await skein.waitForRun(waiting.run_id, 'completed');

    const asked = skein.model.requests.find((request) => request.user_text === text);
    expect(asked?.body.messages[0]).toEqual({ role: 'system', content: 'Be old.' });
    expect(asked?.body.temperature).toBe(0.5);
    const after = await skein.run({ thread_id: thread.thread_id, input: asks({ chunks: ['ok'] }) });
    expect(after.options).toMatchObject({ instructions: 'Be new.', temperature: null });
    expect(waiting.options).toMatchObject({ instructions: 'Be old.', limits: { max_steps: 3, max_tool_calls: 64 } });
    const versions = await skein.send<{ version: number; instructions: string }[]>(
      'GET',
      `/assistants/${assistant.assistant_id}/versions`,
    );
    expect(versions.body.map(({ version, instructions }) => [version, instructions])).toEqual([
      [2, 'Be new.'],
      [1, 'Be old.'],
    ]);
  });
});
