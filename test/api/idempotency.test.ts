import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../src/api/start-api.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import type { Assistant } from '../../src/shared/domain/assistant.ts';
import type { ThreadState } from '../../src/shared/domain/checkpoint.ts';
import type { Run } from '../../src/shared/domain/run.ts';
import type { Thread } from '../../src/shared/domain/thread.ts';
import { createReleaseStack } from '../../src/shared/lifecycle/release-stack.ts';
import { createLogger } from '../../src/shared/logging/create-logger.ts';
import { asks, useSkein } from '../support/skein.ts';
import { type Answer, createClient } from '../support/skein-client.ts';

const skein = useSkein();

/** All APIs on this record: identical requests must agree in the database too, not only within one of them. */
const urls: string[] = [];
const undo: (() => unknown)[] = [];
beforeAll(async () => {
  urls.push(skein.url);
  for (let n = 0; n < 3; n += 1) {
    const releases = createReleaseStack();
    undo.push(() => releases.release());
    const logger = createLogger({ name: 'test', level: 'silent' });
    const api = await startApi({ config: loadConfig(skein.env), logger, releases });
    undo.push(() => api.stop());
    urls.push(`http://127.0.0.1:${api.port}`);
  }
});
afterAll(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** What any of the endpoints answers. */
type Made = Omit<Thread & Assistant & ThreadState, 'status' | 'metadata'> &
  Pick<Run, 'run_id' | 'status'> & { code: string };
interface Call {
  readonly path: string;
  readonly body?: object;
}
let keys = 0;
const newKey = () => `key-${++keys}`;
const send = ({ path, body }: Call, key: string, url = skein.url) =>
  createClient(() => url).send<Made>('POST', path, body, key === '' ? {} : { 'idempotency-key': key });
/** Over all APIs. Like any client they repeat what was answered with 503: an engine on PostgreSQL takes seconds to part many inserts of one key. */
const sendAtOnce = (call: Call, key: string, count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, n) => {
      for (;;) {
        const answer = await send(call, key, urls[n % urls.length]);
        if (answer.status !== 503) return answer;
      }
    }),
  );
const replayed = (answer: Answer<unknown>) => answer.headers.get('idempotent-replayed');

/** A thread with one answer in it. */
async function talkedOn(): Promise<string> {
  const { thread_id } = await skein.createThread();
  await skein.run({ thread_id, input: asks({ chunks: ['said'] }) });
  return thread_id;
}

/** A run that waits for the outputs of two calls of the client's tool, and then says "done". */
async function waitingRun(): Promise<Run> {
  const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'function', function: { name: 'ask' } }] });
  const { thread_id } = await skein.createThread(assistant_id);
  const calls = [1, 2].map((n) => ({ id: `call_${n}`, name: 'ask', arguments: {} }));
  return skein.run({ thread_id, input: asks({ steps: [{ tool_calls: calls }, { chunks: ['done'] }] }) });
}
const outputs = (...texts: string[]) => ({
  tool_outputs: texts.map((output, n) => ({ tool_call_id: `call_${n + 1}`, output })),
});

/** Each endpoint that creates: a call, the same call with another body, and what tells that two answers are of one thing. */
const ENDPOINTS: Record<string, { prepare(): Promise<[Call, Call]>; idOf(made: Made): unknown; status: number }> = {
  'POST /threads/': {
    async prepare() {
      const { assistant_id } = await skein.createAssistant();
      const call = (name: string) => ({ path: '/threads/', body: { name, assistant_id, metadata: { a: 1 } } });
      return [call('one'), call('two')];
    },
    idOf: (made) => made.thread_id,
    status: 201,
  },
  'POST /threads/{thread_id}/copy': {
    prepare: async () => [{ path: `/threads/${await talkedOn()}/copy` }, { path: `/threads/${await talkedOn()}/copy` }],
    idOf: (made) => made.thread_id,
    status: 201,
  },
  'POST /threads/{thread_id}/state': {
    async prepare() {
      const path = `/threads/${await talkedOn()}/state`;
      const call = (content: string) => ({ path, body: { values: [{ role: 'user', content }] } });
      return [call('one'), call('two')];
    },
    idOf: (made) => [made.checkpoint?.checkpoint_id, made.values.messages],
    status: 200,
  },
  'POST /assistants': {
    prepare: async () => [
      { path: '/assistants', body: { name: 'one' } },
      { path: '/assistants', body: { name: 'two' } },
    ],
    idOf: (made) => made.assistant_id,
    status: 201,
  },
  'POST /runs/{run_id}/tool_outputs': {
    async prepare() {
      const path = `/runs/${(await waitingRun()).run_id}/tool_outputs`;
      return [
        { path, body: outputs('one', 'two') },
        { path, body: outputs('other', 'two') },
      ];
    },
    idOf: (made) => made.run_id,
    status: 202,
  },
  'POST /runs': {
    async prepare() {
      const { thread_id } = await skein.createThread();
      return ['a', 'b'].map((text) => ({ path: '/runs', body: { thread_id, input: asks({ chunks: [text] }) } })) as [
        Call,
        Call,
      ];
    },
    idOf: (made) => made.run_id,
    status: 202,
  },
  'POST /runs without a thread': {
    async prepare() {
      const { assistant_id } = await skein.createAssistant();
      return ['a', 'b'].map((text) => ({ path: '/runs', body: { assistant_id, input: asks({ chunks: [text] }) } })) as [
        Call,
        Call,
      ];
    },
    idOf: (made) => [made.run_id, made.thread_id],
    status: 202,
  },
};

/** How many documents there are of the kinds that requests create. */
async function countAll(): Promise<number> {
  const { threads, assistants, checkpoints, runs, toolCalls } = skein.models;
  const counts = await Promise.all([
    threads.countDocuments(),
    assistants.countDocuments(),
    checkpoints.countDocuments({ $or: [{ source: 'update' }, { 'metadata.copied_from': { $exists: true } }] }),
    runs.countDocuments(),
    toolCalls.countDocuments(),
  ]);
  return counts.reduce((sum, n) => sum + n, 0);
}

describe.each(Object.entries(ENDPOINTS))('%s with an Idempotency-Key', (_name, { prepare, idOf, status }) => {
  it('answers a repeat with what the first request made, and refuses the key for another body', async () => {
    const [call, other] = await prepare();
    const key = newKey();
    const first = await send(call, key);
    expect([first.status, replayed(first)], JSON.stringify(first.body)).toEqual([status, null]);
    const there = await countAll();
    for (let n = 0; n < 2; n += 1) {
      const again = await send(call, key);
      expect([again.status, replayed(again), idOf(again.body)]).toEqual([status, 'true', idOf(first.body)]);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
    }
    const refused = await send(other, key);
    expect([refused.status, refused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await send(call, 'not a key')).body.code).toBe('invalid_idempotency_key');
    expect(await countAll()).toBe(there);
  });

  it('does it once when 50 identical requests come at once', async () => {
    const [call] = await prepare();
    const key = newKey();
    const before = await countAll();
    const answers = await sendAtOnce(call, key, 50);
    expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status));
    expect(answers.filter((answer) => replayed(answer) === null).length).toBeLessThanOrEqual(1);
    const [first, ...others] = answers.map(({ body }) => idOf(body));
    expect(first).toBeDefined();
    expect(others).toEqual(others.map(() => first));
    const alone = await countAll();
    // As many things as one such request makes.
    const [again] = await prepare();
    const prepared = await countAll();
    await send(again, newKey());
    expect(alone - before).toBe((await countAll()) - prepared);
  });
});

describe('a key', () => {
  it('is of one kind of thing in one project: the same key serves for a thread and for a run on it', async () => {
    const key = newKey();
    const { assistant_id } = await skein.createAssistant();
    const thread = await send({ path: '/threads', body: { name: 'x', assistant_id } }, key);
    const run = await send({ path: '/runs', body: { assistant_id, input: asks({ chunks: ['x'] }) } }, key);
    expect([thread.status, run.status, replayed(run)]).toEqual([201, 202, null]);
    expect(run.body.thread_id).not.toBe(thread.body.thread_id);
  });

  it('answers what was made as it is now', async () => {
    const key = newKey();
    const { assistant_id } = await skein.createAssistant();
    const call = { path: '/threads', body: { name: 'first', assistant_id } };
    const { body } = await send(call, key);
    await skein.send('PATCH', `/threads/${body.thread_id}`, { name: 'second' });
    expect((await send(call, key)).body).toMatchObject({ thread_id: body.thread_id, name: 'second' });
    const assistant = { path: '/assistants', body: { name: 'one' } };
    const made = (await send(assistant, key)).body;
    await skein.send('PATCH', `/assistants/${made.assistant_id}`, { name: 'two' });
    expect((await send(assistant, key)).body).toMatchObject({
      assistant_id: made.assistant_id,
      version: 2,
      name: 'two',
    });
  });

  it('does not bring back what was deleted', async () => {
    const { assistant_id } = await skein.createAssistant();
    const calls: Record<string, Call> = {
      threads: { path: '/threads', body: { name: 'x', assistant_id } },
      copy: { path: `/threads/${await talkedOn()}/copy` },
      assistants: { path: '/assistants', body: { name: 'x' } },
      runs: { path: '/runs', body: { assistant_id, input: asks({ chunks: ['x'] }) } },
    };
    for (const [name, call] of Object.entries(calls)) {
      const key = newKey();
      const { body } = await send(call, key);
      const path = name === 'assistants' ? `/assistants/${body.assistant_id}` : `/threads/${body.thread_id}`;
      if (name === 'runs') await skein.waitForRun(body.run_id, 'completed');
      expect((await skein.send('DELETE', path)).status).toBe(204);
      const listed = (await skein.send<unknown[]>('GET', name === 'assistants' ? '/assistants' : '/threads')).body;
      for (let n = 0; n < 2; n += 1) {
        const again = await send(call, key);
        expect([again.status, again.body.code], name).toEqual([404, 'not_found']);
      }
      expect((await skein.send('GET', path)).status).toBe(404);
      expect((await skein.send('DELETE', path)).status).toBe(404);
      expect((await skein.send('PATCH', path, { name: 'y' })).status).toBe(404);
      const after = (await skein.send<unknown[]>('GET', name === 'assistants' ? '/assistants' : '/threads')).body;
      expect(after).toEqual(listed);
      // Another body is refused all the same, and another key makes a new one.
      if (call.body)
        expect((await send({ ...call, body: { ...call.body, metadata: { b: 1 } } }, key)).status, name).toBe(422);
      expect((await send(call, newKey())).status, name).toBeLessThan(300);
    }
  });

  it('leaves nothing of a deleted thread but itself', async () => {
    const { assistant_id } = await skein.createAssistant();
    const key = newKey();
    const { body } = await send({ path: '/threads', body: { name: 'secret', assistant_id, metadata: { a: 1 } } }, key);
    await skein.send('DELETE', `/threads/${body.thread_id}`);
    expect(await skein.models.threads.findById(body.thread_id).lean()).toEqual({
      _id: body.thread_id,
      project_id: body.project_id,
      idempotency_key: key,
      fingerprint: expect.any(String),
      removed_at: expect.any(Date),
    });
  });

  it('does not keep the id of a deleted thread from being used again', async () => {
    const { assistant_id } = await skein.createAssistant();
    const call = { path: '/threads', body: { thread_id: crypto.randomUUID(), name: 'x', assistant_id } };
    for (const key of [newKey(), newKey(), '']) {
      const made = await send(call, key);
      expect([made.status, made.body.thread_id]).toEqual([201, call.body.thread_id]);
      expect((await send(call, newKey())).body.code).toBe('thread_exists');
      expect((await skein.send('DELETE', `/threads/${call.body.thread_id}`)).status).toBe(204);
    }
  });
});

describe('a repeat that finds the world changed by the first request', () => {
  it('of a state update is answered although a run is open now and the removed message is gone', async () => {
    const id = await talkedOn();
    const [message] = await skein.messages(id);
    const call = { path: `/threads/${id}/state`, body: { remove: [message?.id] } };
    const key = newKey();
    const first = await send(call, key);
    await skein.createRun({ thread_id: id, input: asks({ tokens: 200, delay_ms: 10 }) });
    expect((await send(call, newKey())).body.code).toBe('thread_busy');
    const again = await send(call, key);
    expect([again.status, again.body]).toEqual([200, first.body]);
    await skein.send('POST', `/threads/${id}/runs/cancel`);
  });

  it('of a copy is answered although the original is deleted', async () => {
    const id = await talkedOn();
    const call = { path: `/threads/${id}/copy` };
    const key = newKey();
    const first = await send(call, key);
    expect(first.body).toMatchObject({ last_message: { text: 'said' }, status: 'idle' });
    await skein.send('DELETE', `/threads/${id}`);
    const again = await send(call, key);
    expect([again.status, again.body.thread_id]).toEqual([201, first.body.thread_id]);
    expect(await skein.messages(first.body.thread_id)).toHaveLength(2);
  });

  it('of a thread copied with checkpoints that have keys of their own copies them all', async () => {
    const id = await talkedOn();
    await send({ path: `/threads/${id}/state`, body: { values: [{ role: 'user', content: 'by hand' }] } }, newKey());
    const copied = await send({ path: `/threads/${id}/copy` }, newKey());
    expect((await skein.messages(copied.body.thread_id)).map(({ content }) => content)).toContain('by hand');
  });

  it('of a run with `reject` is answered with the run that made the thread busy', async () => {
    const { thread_id } = await skein.createThread();
    const input = asks({ tokens: 200, delay_ms: 10 });
    const call = { path: '/runs', body: { thread_id, input, multitask_strategy: 'reject' } };
    const key = newKey();
    const answers = await sendAtOnce(call, key, 20);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(({ body }) => body.run_id)).size).toBe(1);
    expect((await send(call, newKey())).body.code).toBe('thread_busy');
    await skein.cancel(answers[0]?.body.run_id ?? '');
  });

  it('of tool outputs goes on where the first one crashed, and is answered when the run asks again', async () => {
    const { assistant_id } = await skein.createAssistant({ tools: [{ type: 'function', function: { name: 'ask' } }] });
    const { thread_id } = await skein.createThread(assistant_id);
    // The model gives the calls of both steps the same id.
    const step = { tool_calls: [{ id: 'call_1', name: 'ask', arguments: {} }] };
    const run = await skein.run({ thread_id, input: asks({ steps: [step, step, { chunks: ['end'] }] }) });
    const path = `/runs/${run.run_id}/tool_outputs`;
    const key = newKey();
    const first = await send({ path, body: outputs('one') }, key);
    expect([first.status, replayed(first)]).toEqual([202, null]);
    await skein.waitForRun(run.run_id, 'requires_action');
    const again = await send({ path, body: outputs('one') }, key);
    expect([again.status, replayed(again), again.body.status]).toEqual([202, 'true', 'requires_action']);

    // A crash between storing the outputs and moving the run on leaves this.
    const second = newKey();
    await send({ path, body: outputs('two') }, second);
    await skein.waitForRun(run.run_id, 'completed');
    const { required_action } = run;
    await skein.models.checkpoints.deleteMany({ run_id: run.run_id, step: { $gt: 3 } });
    await skein.models.runs.updateOne(
      { _id: run.run_id },
      { status: 'requires_action', required_action, active: true },
    );
    const resumed = await send({ path, body: outputs('two') }, second);
    expect([resumed.status, replayed(resumed), resumed.body.status]).toEqual([202, null, 'queued']);
    await skein.waitForRun(run.run_id, 'completed');
    expect((await skein.messages(thread_id)).map(({ content }) => content).slice(1)).toEqual([
      '',
      'one',
      '',
      'two',
      'end',
    ]);
  });
});
