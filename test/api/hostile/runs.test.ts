/** Hostile requests: the rows of the catalogue on threads, messages and runs (67 to 83), on idempotency and on streams (85 to 98). */
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { MAX_CONTENT_LENGTH } from '../../../src/shared/domain/message.ts';
import type { FinishedRun, Run } from '../../../src/shared/domain/run.ts';
import { exchange, parseAnswer } from '../../support/raw-http.ts';
import { asks } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { withKey } from '../auth/auth-support.ts';
import { expectProblem } from '../test-api.ts';
import { type RawRequest, type Row, testRows, useHostileSkein } from './hostile-skein.ts';

const skein = useHostileSkein({ env: { QUEUED_RUNS_PER_THREAD: '2' } });
/** `done` has ended, `waiting` waits for the outputs of calls `a` and `b`, `busy` holds its thread, where two more wait. */
const world = {} as {
  key: string;
  otherKey: string;
  assistant: string;
  otherAssistant: string;
  thread: string;
  done: FinishedRun;
  /** Id of the last event of `done`. */
  lastId: string;
  waiting: FinishedRun;
  busy: Run;
};

async function send<T>(path: string, body: object, key = world.key): Promise<T> {
  const answer = await skein.send<T>('POST', path, body, withKey(key));
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const newThread = async (assistant_id: string, key = world.key) =>
  (await send<{ thread_id: string }>('/threads', { name: 'T', assistant_id }, key)).thread_id;

beforeAll(async () => {
  const projects = [await skein.createProject(), await skein.createProject()];
  const keys = await Promise.all(projects.map(async ({ project_id }) => (await skein.createKey(project_id)).key));
  const [key = '', otherKey = ''] = keys;
  Object.assign(world, { key, otherKey });
  const tools = [{ type: 'function', function: { name: 'ask' } }];
  const { assistant_id } = await send<{ assistant_id: string }>('/assistants', { name: 'A', tools });
  world.assistant = assistant_id;
  const foreign = await send<{ assistant_id: string }>('/assistants', { name: 'A' }, otherKey);
  world.otherAssistant = foreign.assistant_id;
  world.thread = await newThread(assistant_id);
  world.done = await send('/runs/wait', { thread_id: world.thread, input: asks({ chunks: ['said'] }) });
  const replay = await skein.raw(`/runs/${world.done.run_id}/stream`, { headers: withKey(key) });
  world.lastId = [...replay.text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  const calls = ['a', 'b'].map((id) => ({ id, name: 'ask', arguments: {} }));
  const input = asks({ steps: [{ tool_calls: calls }, { chunks: ['done'] }] });
  world.waiting = await send('/runs/wait', { thread_id: await newThread(assistant_id), input });
  const thread_id = await newThread(assistant_id);
  const hanging = asks({ fault: { kind: 'hang' } });
  world.busy = await send('/runs', { thread_id, input: hanging });
  await waitFor(() => skein.model.requests.some(({ user_text }) => user_text === hanging), { what: 'the model call' });
  for (let n = 0; n < 2; n += 1) await send('/runs', { thread_id, input: 'later' });
});

const ask = (path: string, { headers, ...request }: RawRequest = {}) =>
  skein.raw(path, { ...request, headers: { ...withKey(world.key), ...headers } });
const post = (path: string, body?: object, headers: RawRequest['headers'] = {}) =>
  ask(path, { method: 'POST', headers, ...(body ? { body } : {}) });
const run = (fields: object, headers?: RawRequest['headers']) =>
  post('/runs', { thread_id: world.thread, input: asks({ chunks: ['x'] }), ...fields }, headers);
const message = (fields: object) => run({ input: [{ role: 'user', content: 'x', ...fields }] });

describe('4.4 threads, messages, runs', () => {
  const outputs = (row: string, ids: readonly string[], field: string): Row => ({
    ...{ row, status: 422, code: 'tool_outputs_invalid', field, catalogue: field },
    send: () =>
      post(`/runs/${world.waiting.run_id}/tool_outputs`, {
        tool_outputs: ids.map((tool_call_id) => ({ tool_call_id, output: 'x' })),
      }),
  });
  testRows(skein, [
    {
      ...{ row: '67 a text of 500,001', status: 422, code: 'validation_failed', field: 'too_big' },
      catalogue: 'content_too_long',
      send: () => message({ content: 'x'.repeat(MAX_CONTENT_LENGTH + 1) }),
    },
    // 68: whoever may start runs may also write instructions and histories, so there is no role to keep from them; only what is no role.
    ...['root', 'developer', 'System', '', null].map(
      (role): Row => ({
        ...{ row: `68 the role ${role}`, status: 422, code: 'validation_failed', catalogue: 'role_not_allowed' },
        send: () => message({ role }),
      }),
    ),
    {
      ...{ row: '68 a tool result of nothing', status: 422, code: 'validation_failed' },
      send: () => message({ role: 'tool' }),
    },
    {
      ...{ row: '70 neither a thread nor an assistant', status: 422, code: 'validation_failed', field: 'required' },
      send: () => post('/runs', { input: 'x' }),
    },
    ...(['no', 'another'] as const).map(
      (whose): Row => ({
        ...{ row: `70 an assistant of ${whose} project`, status: 422, code: 'reference_not_found' },
        send: () => run({ assistant_id: whose === 'no' ? newId() : world.otherAssistant }),
      }),
    ),
    // 71: which models there are is the provider's to say; a run with another one ends as failed, `model_rejected`.
    {
      ...{ row: '71 a model that is no text', status: 422, code: 'validation_failed', field: 'invalid_type' },
      catalogue: 'model_not_allowed',
      send: () => run({ model: { $ne: null } }),
    },
    {
      ...{ row: '73 reject on a busy thread', status: 409, code: 'thread_busy' },
      send: () => run({ thread_id: world.busy.thread_id, multitask_strategy: 'reject' }),
      also: ({ text }) => expect(JSON.parse(text).active_run_id).toBe(world.busy.run_id),
    },
    {
      ...{ row: '76 a thread that is not there', status: 404, code: 'not_found' },
      send: () => run({ thread_id: newId() }),
    },
    {
      ...{ row: '77 cancel of a run that has ended, which stays as it is', status: 200, code: null },
      catalogue: '409 run_not_cancellable; ours may be repeated, so that a client whose answer was lost can ask again',
      send: () => post(`/runs/${world.done.run_id}/cancel`),
      also: ({ text }) => expect(JSON.parse(text)).toMatchObject({ status: 'completed', cancel_requested_at: null }),
    },
    {
      ...{ row: '79 tool outputs for a run that waits for none', status: 409, code: 'run_not_waiting' },
      send: () =>
        post(`/runs/${world.done.run_id}/tool_outputs`, { tool_outputs: [{ tool_call_id: 'a', output: 'x' }] }),
    },
    outputs('80 one is missing', ['a'], 'tool_outputs_incomplete'),
    outputs('80 one is unknown', ['a', 'b', '__proto__'], 'unknown_tool_call'),
    outputs('80 one comes twice', ['a', 'b', 'a'], 'duplicate_tool_call'),
    {
      ...{ row: '82 a change of a run', status: 405, code: 'method_not_allowed', catalogue: '422 unknown_field' },
      send: () => ask(`/runs/${world.done.run_id}`, { method: 'PATCH', body: { status: 'queued' } }),
    },
  ]);

  it('74 one run more than may wait on a thread: 429 too_many_queued_runs', async () => {
    const answer = await run({ thread_id: world.busy.thread_id });
    expectProblem(answer, 'too_many_queued_runs');
    expect(answer.headers['retry-after']).toBe('5');
    expect(JSON.parse(answer.text).limit).toEqual({ scope: 'thread', max: 2, queued: 2 });
    const { thread_id } = world.busy;
    expect(await skein.models.runs.countDocuments({ thread_id })).toBe(3);
  });

  it('83 a thread deleted twice: 204, then 404 not_found', async () => {
    const path = `/threads/${await newThread(world.assistant)}`;
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
    expectProblem(await ask(path, { method: 'DELETE' }), 'not_found');
  });
});

describe('4.5 idempotency and streams', () => {
  const rejoin = (lastEventId: string, path = `/runs/${world.done.run_id}/stream`) =>
    ask(path, { headers: { 'last-event-id': lastEventId } });
  const badKey = (row: string, key: string | string[]): Row => ({
    ...{ row: `88 ${row}`, status: 400, code: 'invalid_idempotency_key' },
    send: () => run({}, { 'idempotency-key': key }),
  });
  testRows(skein, [
    badKey('an empty key', ''),
    badKey('a key of 256', 'x'.repeat(256)),
    badKey('a key with a blank', 'a b'),
    badKey('a key that is not ASCII', 'clé'),
    badKey('a key sent twice', ['a', 'b']),
    {
      ...{ row: '88 a key with CR', status: 400, code: 'bad_request', catalogue: 'invalid_idempotency_key' },
      async send() {
        const port = Number(new URL(skein.url).port);
        const head = `POST /runs HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${world.key}\r\n`;
        return parseAnswer(await exchange(port, `${head}Idempotency-Key: a\rb\r\nContent-Length: 0\r\n\r\n`));
      },
    },
    ...['-1', 'abc', '1', '1-', '-', '$', '+', '0x1-1', '1-1-1', ' ', '99999999999999999999-1', '1-99999999999'].map(
      (id): Row => ({
        ...{ row: `91 Last-Event-ID ${id}`, status: 400, code: 'invalid_last_event_id' },
        send: () => rejoin(id),
      }),
    ),
    {
      ...{ row: '91 ?after= that is none', status: 400, code: 'invalid_last_event_id' },
      send: () => ask(`/runs/${world.done.run_id}/stream?after=abc`),
    },
    ...['1-9999', '2-0', '7-1'].map(
      (id): Row => ({
        ...{ row: `92 Last-Event-ID ${id} beyond the end`, status: 400, code: 'last_event_id_out_of_range' },
        send: () => rejoin(id),
      }),
    ),
    {
      ...{ row: '92 an attempt that the run has not had yet', status: 400, code: 'last_event_id_out_of_range' },
      send: () => rejoin('9-1', `/runs/${world.busy.run_id}/stream`),
    },
    { row: '94 the last event of a run that has ended', status: 204, code: null, send: () => rejoin(world.lastId) },
    {
      ...{ row: '97 a stream as JSON', status: 406, code: 'not_acceptable' },
      send: () => ask(`/runs/${world.done.run_id}/stream`, { headers: { accept: 'application/json' } }),
    },
    {
      ...{ row: '98 HEAD of a stream', status: 200, code: null },
      send: () => ask(`/runs/${world.busy.run_id}/stream`, { method: 'HEAD' }),
      async also({ headers, text }) {
        expect([headers['content-type'], text]).toEqual(['text/event-stream; charset=utf-8', '']);
        const redis = new Redis(skein.services.redisUrl);
        const channel = `${skein.services.redisPrefix}:run:{${world.busy.run_id}}:events`;
        const heard = async () => Number((await redis.pubsub('NUMSUB', channel))[1]);
        await waitFor(async () => (await heard()) === 0, { what: 'no subscription is left' });
        redis.disconnect();
      },
    },
  ]);

  it('85 to 89 a repeat is the same run, another body or route is refused, another project is another matter', async () => {
    const headers = { 'idempotency-key': 'row-85' };
    const body = { thread_id: world.thread, input: asks({ chunks: ['x'] }) };
    const first = await post('/runs', body, headers);
    const again = await post('/runs', body, headers);
    const idOf = ({ text }: { text: string }) => JSON.parse(text).run_id;
    expect([again.status, again.headers['idempotent-replayed'], idOf(again)]).toEqual([202, 'true', idOf(first)]);
    expectProblem(await post('/runs', { ...body, input: 'other' }, headers), 'idempotency_key_reused');
    const thread_id = await newThread(world.otherAssistant, world.otherKey);
    const other = await skein.raw('/runs', {
      method: 'POST',
      headers: { ...withKey(world.otherKey), ...headers },
      body: { thread_id, input: 'x' },
    });
    expect([other.status, other.headers['idempotent-replayed']]).toEqual([202, undefined]);
    expect(idOf(other)).not.toBe(idOf(first));
  });

  it('95 a run whose log is gone: snapshot, done and the end', async () => {
    const redis = new Redis(skein.services.redisUrl);
    await redis.unlink(`${skein.services.redisPrefix}:run:{${world.done.run_id}}:events`);
    redis.disconnect();
    const { status, text } = await ask(`/runs/${world.done.run_id}/stream`);
    expect([status, [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name)]).toEqual([
      200,
      ['snapshot', 'done'],
    ]);
  });
});
