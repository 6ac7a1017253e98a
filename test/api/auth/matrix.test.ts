import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../src/api/api-deps.ts';
import type { Contract } from '../../../src/api/endpoint.ts';
import { createEndpoints } from '../../../src/api/endpoints.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import { ADMIN_KEY, type MadeKey, useAuthSkein, withKey } from './auth-support.ts';

const skein = useAuthSkein();

/** Ids of one of everything, by the names that paths, queries and bodies give them. */
type Ids = Record<
  | 'batch_id'
  | 'document_id'
  | 'thread_id'
  | 'run_id'
  | 'assistant_id'
  | 'checkpoint_id'
  | 'project_id'
  | 'key_id'
  | 'webhook_id'
  | 'delivery_id'
  | 'schedule_id',
  string
>;
type KeyName = 'read' | 'runs' | 'ops' | 'admin';

/** In everything of the other project that is text: it may be in no answer. */
const CANARY = 'canary-of-the-other-project';

const contracts = createEndpoints({} as ApiDeps).map((endpoint) => endpoint.contract);
const guarded = contracts.filter((contract) => contract.access !== 'public');
const titled = (list: readonly Contract[]) =>
  list.map((contract) => [`${contract.method.toUpperCase()} ${contract.path}`, contract] as const);
const paramsOf = ({ path }: Contract): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
const withIds = guarded.filter((contract) => paramsOf(contract).some((name) => name.endsWith('_id')));
const ofProjects = withIds.filter((contract) => contract.access !== 'admin');

/** As an upload and a worker leave it: one that has ended. */
async function storeBatch(projectId: string, assistantId: string): Promise<string> {
  const _id = newId();
  const counts = { total: 1, waiting: 0, queued: 0, in_progress: 0, requires_action: 0, completed: 1, failed: 0 };
  const at = new Date();
  await skein.models.batches.create({
    _id,
    project_id: projectId,
    status: 'completed',
    name: CANARY,
    assistant_id: assistantId,
    metadata: { note: CANARY },
    received: 1,
    counts: { ...counts, cancelled: 0, expired: 0, incomplete: 0 },
    created_at: at,
    started_at: at,
    finished_at: at,
    expires_at: at,
    due_at: new Date(Date.now() + 3_600_000),
  });
  return _id;
}

/** As an upload and a worker leave it: one that was read, with one passage. */
async function storeDocument(projectId: string): Promise<string> {
  const _id = newId();
  const at = new Date();
  await skein.models.documents.create({
    _id,
    project_id: projectId,
    name: CANARY,
    media_type: 'text/plain',
    bytes: CANARY.length,
    status: 'ready',
    progress: 1,
    error: null,
    metadata: { note: CANARY },
    version: 1,
    live_version: 1,
    chunks: 1,
    characters: CANARY.length,
    terms: 1,
    lost: 0,
    bell: 1,
    lease: null,
    created_at: at,
    updated_at: at,
    indexed_at: at,
  });
  await skein.models.documentChunks.create({
    _id: `${_id}:1:0`,
    document_id: _id,
    project_id: projectId,
    version: 1,
    index: 0,
    start: 0,
    end: CANARY.length,
    page: null,
    heading: [CANARY],
    text: CANARY,
    terms: [CANARY, 'canari'],
    freqs: [1, 1],
    length: 2,
  });
  return _id;
}

/** One of everything, made in the project by the operator. */
async function populate(projectId: string): Promise<Ids> {
  const headers = { 'x-project-id': projectId };
  const { assistant_id } = await skein.admin<Ids>('POST', '/assistants', { name: CANARY }, headers);
  const { thread_id } = await skein.admin<Ids>('POST', '/threads', { name: CANARY, assistant_id }, headers);
  const { run_id } = await skein.admin<Ids>('POST', '/runs/wait', { thread_id, input: CANARY }, headers);
  const [state] = await skein.admin<{ checkpoint: Ids }[]>('GET', `/threads/${thread_id}/history`, undefined, headers);
  const { key_id } = await skein.createKey(projectId);
  const hook = { url: 'http://127.0.0.1:9/', events: ['batch.completed'], description: CANARY };
  const { webhook_id } = await skein.admin<Ids>('POST', '/webhooks', hook, headers);
  const schedule = { name: CANARY, cron: '0 0 1 1 *', assistant_id, input: CANARY };
  const { schedule_id } = await skein.admin<Ids>('POST', '/schedules', schedule, headers);
  const { delivery_id } = await skein.admin<Ids>('POST', `/webhooks/${webhook_id}/ping`, undefined, headers);
  return {
    document_id: await storeDocument(projectId),
    batch_id: await storeBatch(projectId, assistant_id),
    thread_id,
    run_id,
    assistant_id,
    checkpoint_id: state?.checkpoint.checkpoint_id ?? '',
    project_id: projectId,
    key_id,
    webhook_id,
    delivery_id,
    schedule_id,
  };
}

const unknownIds = (): Ids => ({
  batch_id: newId(),
  document_id: newId(),
  thread_id: newId(),
  run_id: newId(),
  assistant_id: newId(),
  checkpoint_id: newId(),
  project_id: newId(),
  key_id: newId(),
  webhook_id: newId(),
  delivery_id: newId(),
  schedule_id: newId(),
});

const state = {} as { mine: string; other: string; own: Ids; foreign: Ids; keys: Record<KeyName, string> };
beforeAll(async () => {
  const [mine, other] = [await skein.createProject(), await skein.createProject(CANARY)];
  const keyOf = async (scope: 'read' | 'runs' | 'ops') => (await skein.createKey(mine.project_id, [scope])).key;
  Object.assign(state, {
    mine: mine.project_id,
    other: other.project_id,
    own: await populate(mine.project_id),
    foreign: await populate(other.project_id),
    keys: { read: await keyOf('read'), runs: await keyOf('runs'), ops: await keyOf('ops'), admin: ADMIN_KEY },
  });
});

/** The body that the reference shows, with the names of things that exist. */
function bodyOf(contract: Contract, ids: Ids): unknown {
  const example = contract.body?.meta()?.example;
  if (typeof example !== 'object' || example === null) return example;
  return Object.fromEntries(
    Object.entries(example).map(([name, value]) => [name, name in ids ? ids[name as keyof Ids] : value]),
  );
}

/** An answer as a client can compare it with another one. */
async function send(method: string, path: string, key: string, body?: unknown) {
  const response = await fetch(`${skein.url}${path}`, {
    method,
    headers: { ...withKey(key), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { 'x-request-id': requestId = '', date: _, ...headers } = Object.fromEntries(response.headers);
  const text = (await response.text()).replaceAll(requestId, 'ID');
  return { status: response.status, headers, text, code: /"code":"(\w+)"/.exec(text)?.[1] };
}

const ask = (contract: Contract, ids: Ids, key: KeyName, bodyIds: Ids = state.own) =>
  send(
    contract.method.toUpperCase(),
    contract.path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name as keyof Ids]),
    state.keys[key],
    bodyOf(contract, bodyIds),
  );

const allowed = (contract: Contract): KeyName[] => {
  switch (contract.access) {
    case 'read':
      return ['read', 'runs'];
    case 'runs':
    case 'ops':
    case 'admin':
      return [contract.access];
    case 'any':
      return ['read', 'runs', 'ops'];
    case 'public':
      return [];
  }
};

describe('every route', () => {
  it('says what its callers need, and few need nothing', () => {
    expect(contracts.filter((contract) => contract.access === 'public').map((contract) => contract.path)).toEqual([
      '/session',
      '/session',
      '/health/live',
      '/health/ready',
      '/ok',
      '/info',
    ]);
    expect(guarded.filter(({ method, access }) => method === 'get' && access === 'runs')).toEqual([]);
    expect(guarded.filter(({ path }) => path.startsWith('/ops')).every(({ access }) => access === 'ops')).toBe(true);
    expect(guarded.filter(({ path }) => path.startsWith('/projects')).every(({ access }) => access === 'admin')).toBe(
      true,
    );
    expect(
      guarded.filter(({ method, access }) => method !== 'get' && access === 'read').map(({ path }) => path),
    ).toEqual(['/threads/{thread_id}/history', '/documents/search']);
  });

  it.each(titled(guarded))('%s asks for a key before it looks at anything else', async (_title, contract) => {
    const path = contract.path.replaceAll(/\{\w+\}/g, 'x');
    const response = await fetch(`${skein.url}${path}`, { method: contract.method.toUpperCase() });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.json()).toMatchObject({ code: 'missing_credentials' });
  });

  it.each(titled(guarded))('%s refuses keys without the scope, whatever the id', async (_title, contract) => {
    const may = allowed(contract);
    for (const key of (['read', 'runs', 'ops'] as const).filter((name) => !may.includes(name))) {
      const answers = [];
      for (const ids of [state.own, state.foreign, unknownIds()]) answers.push(await ask(contract, ids, key));
      expect(answers[0]?.code, key).toBe('insufficient_scope');
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }
  });
});

describe('a route with ids', () => {
  // One of them pauses the project.
  afterEach(() => skein.admin('POST', `/ops/projects/${state.mine}/resume`));

  it.each(titled(ofProjects))('%s lets a key at what is of its project', async (_title, contract) => {
    for (const key of allowed(contract)) {
      // Some of these delete.
      const ids = await populate(state.mine);
      const answer = await ask(contract, ids, key, ids);
      expect([401, 403, 404, 500], answer.text).not.toContain(answer.status);
    }
  });

  it.each(titled(ofProjects))('%s answers for a foreign id exactly as for an unknown one', async (_title, contract) => {
    for (const key of allowed(contract)) {
      const names = paramsOf(contract) as (keyof Ids)[];
      // All ids foreign, and each alone among own ones.
      for (const wrong of [names, ...(names.length > 1 ? names.map((name) => [name]) : [])]) {
        const pick = (ids: Ids): Ids => ({
          ...state.own,
          ...Object.fromEntries(wrong.map((name) => [name, ids[name]])),
        });
        const foreign = await ask(contract, pick(state.foreign), key);
        expect([foreign.status, foreign.code]).toEqual([404, 'not_found']);
        expect(await ask(contract, pick(unknownIds()), key)).toEqual(foreign);
        expect(foreign.text).not.toContain(CANARY);
      }
    }
  });

  it.each(titled(withIds))('%s answers 404 for what is no id', async (_title, contract) => {
    for (const key of allowed(contract))
      for (const name of paramsOf(contract) as (keyof Ids)[])
        for (const malformed of ['x', `${state.own[name]}x`, '%00', '$ne', '..%2F..', '[object Object]']) {
          const answer = await ask(contract, { ...state.own, [name]: malformed }, key);
          expect([answer.status, answer.code], malformed).toEqual([404, 'not_found']);
        }
  });

  it('of a run needs its own thread', async () => {
    const elsewhere = await populate(state.mine);
    for (const contract of ofProjects.filter(({ path }) => path.startsWith('/threads/{thread_id}/runs/{run_id}'))) {
      const [key = 'admin'] = allowed(contract);
      expect((await ask(contract, { ...state.own, thread_id: elsewhere.thread_id }, key)).code).toBe('not_found');
    }
  });

  it('of keys needs their own project, also for the operator', async () => {
    const foreign = { ...state.own, key_id: state.foreign.key_id };
    const contract = withIds.find(({ path }) => path.includes('{key_id}'));
    if (!contract) throw new Error('no such route');
    const answer = await ask(contract, foreign, 'admin');
    expect(answer.code).toBe('not_found');
    expect(await ask(contract, { ...state.own, key_id: newId() }, 'admin')).toEqual(answer);
  });
});

describe('a foreign id in a body or a query', () => {
  const cases: [string, string, (ids: Ids) => { query?: string; body?: object }][] = [
    ['POST', '/threads', ({ assistant_id }) => ({ body: { name: 'T', assistant_id } })],
    ['PATCH', '/threads/{thread_id}', ({ assistant_id }) => ({ body: { assistant_id } })],
    [
      'POST',
      '/schedules',
      ({ assistant_id }) => ({ body: { name: 'S', cron: '0 0 1 1 *', assistant_id, input: 'x' } }),
    ],
    ['POST', '/schedules', ({ thread_id }) => ({ body: { name: 'S', cron: '0 0 1 1 *', thread_id, input: 'x' } })],
    ['GET', '/runs', ({ schedule_id }) => ({ query: `?schedule_id=${schedule_id}` })],
    ...['/runs', '/runs/wait', '/runs/stream'].flatMap((path): typeof cases => [
      ['POST', path, ({ thread_id }) => ({ body: { thread_id, input: 'x' } })],
      ['POST', path, ({ assistant_id }) => ({ body: { thread_id: state.own.thread_id, assistant_id, input: 'x' } })],
      ['POST', path, ({ assistant_id }) => ({ body: { assistant_id, input: 'x' } })],
      ['POST', path, ({ checkpoint_id }) => ({ body: { thread_id: state.own.thread_id, checkpoint_id, input: 'x' } })],
    ]),
    [
      'POST',
      '/threads/{thread_id}/state',
      ({ checkpoint_id }) => ({ body: { values: { messages: [] }, checkpoint_id } }),
    ],
    ['GET', '/threads/{thread_id}/state', ({ checkpoint_id }) => ({ query: `?checkpoint_id=${checkpoint_id}` })],
    ['GET', '/threads/{thread_id}/history', ({ checkpoint_id }) => ({ query: `?before=${checkpoint_id}` })],
    ['POST', '/threads/{thread_id}/history', ({ checkpoint_id }) => ({ body: { before: checkpoint_id } })],
    ['GET', '/runs', ({ thread_id }) => ({ query: `?thread_id=${thread_id}` })],
    ['GET', '/runs', ({ assistant_id }) => ({ query: `?assistant_id=${assistant_id}` })],
    ['GET', '/runs', ({ batch_id }) => ({ query: `?batch_id=${batch_id}` })],
    ['POST', '/batches', ({ assistant_id }) => ({ body: { assistant_id, items: [{ custom_id: 'a', input: 'x' }] } })],
    ['POST', '/batches', ({ assistant_id }) => ({ body: { items: [{ custom_id: 'a', input: 'x', assistant_id }] } })],
    ['POST', '/documents/search', ({ document_id }) => ({ body: { query: CANARY, document_ids: [document_id] } })],
    ['POST', '/batches', ({ thread_id }) => ({ body: { items: [{ custom_id: 'a', input: 'x', thread_id }] } })],
  ];

  it.each(cases)('%s %s: is like an unknown one', async (method, path, request) => {
    const at = path.replace('{thread_id}', state.own.thread_id);
    const answer = async (ids: Ids) => {
      const { query = '', body } = request(ids);
      return send(method, at + query, state.keys.runs, body);
    };
    const foreign = await answer(state.foreign);
    expect(await answer(unknownIds())).toEqual(foreign);
    const lists = (method === 'GET' && path.startsWith('/runs')) || path === '/documents/search';
    if (!lists) expect([404, 422]).toContain(foreign.status);
    else expect([foreign.status, foreign.text]).toEqual([200, '[]']);
  });

  it.each(['raise', 'do_nothing'])('for a new thread is as good as any other (%s)', async (if_exists) => {
    const create = async (thread_id: string) => {
      const body = { name: 'T', assistant_id: state.own.assistant_id, thread_id, if_exists };
      const { text, ...answer } = await send('POST', '/threads', state.keys.runs, body);
      expect((await send('DELETE', `/threads/${thread_id}`, state.keys.runs)).status).toBe(204);
      const { created_at: _, updated_at: __, ...thread } = JSON.parse(text);
      return JSON.parse(JSON.stringify({ ...answer, thread }).replaceAll(thread_id, 'THREAD'));
    };
    const foreign = await create(state.foreign.thread_id);
    expect(foreign).toMatchObject({ status: 201, thread: { project_id: state.mine, last_message: null } });
    expect(await create(newId())).toEqual(foreign);
  });
});

describe('lists and reports', () => {
  it.each(
    titled(
      guarded.filter(
        (contract) => contract.method === 'get' && paramsOf(contract).length === 0 && contract.access === 'read',
      ),
    ),
  )('%s shows what is of the project only', async (_title, contract) => {
    const answer = await send('GET', `${contract.path}?limit=100`, state.keys.read);
    expect(answer.status).toBe(200);
    const projects = new Set(JSON.parse(answer.text).map((one: Ids) => one.project_id));
    expect([...projects]).toEqual([state.mine]);
  });

  it('show the same idempotency key as two in two projects', async () => {
    const other = await skein.createKey(state.other);
    const create = async (key: string) => {
      const headers = { ...withKey(key), 'idempotency-key': 'shared-by-chance' };
      return (await skein.send<Ids>('POST', '/assistants', { name: 'A' }, headers)).body;
    };
    const made = [await create(state.keys.runs), await create(other.key)];
    expect(made.map(({ project_id }) => project_id)).toEqual([state.mine, state.other]);
    expect(made[0]?.assistant_id).not.toBe(made[1]?.assistant_id);
  });
});

describe('after all of this', () => {
  it('the other project is as it was', async () => {
    const headers = { 'x-project-id': state.other };
    const { thread_id, run_id, assistant_id, key_id } = state.foreign;
    const get = <T>(path: string) => skein.admin<T>('GET', path, undefined, headers);
    expect(await get<Ids[]>('/threads')).toMatchObject([{ thread_id, name: CANARY, assistant_id, status: 'idle' }]);
    expect(await get<Ids[]>('/runs')).toMatchObject([{ run_id, status: 'completed' }]);
    expect(await get(`/assistants/${assistant_id}`)).toMatchObject({ name: CANARY, version: 1 });
    expect(await get<MadeKey[]>(`/projects/${state.other}/keys`)).toContainEqual(
      expect.objectContaining({ key_id, revoked_at: null }),
    );
  });
});
