import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, useRecordApi } from './test-api.ts';

const api = useRecordApi();
const http = () => supertest(api.server);
let assistantId = '';
const create = async (name: string, more: object = {}) =>
  (
    await http()
      .post('/threads/')
      .send({ name, assistant_id: assistantId, ...more })
      .expect(201)
  ).body;

beforeAll(async () => {
  assistantId = (await http().post('/assistants').send({ name: 'Helper' }).expect(201)).body.assistant_id;
});

describe('a thread', () => {
  it('is created with what was sent and read back as it was answered', async () => {
    const answer = await http()
      .post('/threads')
      .send({ name: 'Trip', assistant_id: assistantId, metadata: { a: 1 } });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/threads/${answer.body.thread_id}`);
    expect(answer.body).toMatchObject({
      name: 'Trip',
      assistant_id: assistantId,
      project_id: '00000000-0000-7000-8000-000000000001',
      status: 'idle',
      metadata: { a: 1 },
      last_message: null,
    });
    expect((await http().get(answer.headers.location ?? '')).body).toEqual(answer.body);
  });

  it('is created once under an id of the client, however often the call is repeated', async () => {
    const body = { name: 'Mine', assistant_id: assistantId, thread_id: crypto.randomUUID() };
    const before = await api.count();
    const first = await http()
      .post('/threads')
      .send({ ...body, if_exists: 'do_nothing' });
    const second = await http()
      .post('/threads')
      .send({ ...body, name: 'Other', if_exists: 'do_nothing' });
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body).toEqual(first.body);
    expectProblem(await http().post('/threads').send(body), 'thread_exists');
    expect(await api.count()).toBe(before + 1);
  });

  it('keeps what a patch leaves out and gets a new time', async () => {
    const thread = await create('Before', { metadata: { keep: true } });
    const patched = await http().patch(`/threads/${thread.thread_id}/`).send({ name: 'After' });
    expect(patched.status).toBe(200);
    expect(patched.body).toEqual({ ...thread, name: 'After', updated_at: patched.body.updated_at });
    expect(Date.parse(patched.body.updated_at)).toBeGreaterThanOrEqual(Date.parse(thread.updated_at));
    const emptied = await http().patch(`/threads/${thread.thread_id}`).send({ metadata: {} });
    expect(emptied.body.metadata).toEqual({});
  });
});

describe('the list of threads', () => {
  it('has each thread once, most recently updated first, over pages that follow Link', async () => {
    const made: string[] = [];
    for (let n = 0; n < 7; n += 1) made.push((await create(`Page ${n}`)).thread_id);
    const oldest = made[0] ?? '';
    await http().patch(`/threads/${oldest}`).send({ name: 'First again' }).expect(200);

    const seen: { thread_id: string; updated_at: string }[] = [];
    let path: string | undefined = '/threads/?limit=3';
    while (path !== undefined) {
      const page: supertest.Response = await http().get(path).expect(200);
      expect(page.body.length).toBeLessThanOrEqual(3);
      seen.push(...page.body);
      path = /^<([^>]+)>; rel="next"$/.exec(page.headers.link ?? '')?.[1];
      expect(page.headers['x-pagination-next'] !== undefined).toBe(path !== undefined);
      if (path !== undefined) expect(path).toContain('limit=3');
    }
    expect(seen[0]?.thread_id).toBe(oldest);
    expect(new Set(seen.map((thread) => thread.thread_id)).size).toBe(seen.length);
    expect(made.every((id) => seen.some((thread) => thread.thread_id === id))).toBe(true);
    const times = seen.map((thread) => thread.updated_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it('goes on after the cursor of the header', async () => {
    const first = await http().get('/threads?limit=2').expect(200);
    const next = await http()
      .get('/threads')
      .query({ limit: 2, cursor: first.headers['x-pagination-next'] })
      .expect(200);
    const all = await http().get('/threads?limit=4').expect(200);
    expect([...first.body, ...next.body]).toEqual(all.body);
  });

  it('has 20 at most when nothing is said', async () => {
    for (let n = 0; n < 12; n += 1) await create(`More ${n}`);
    const answer = await http().get('/threads').expect(200);
    expect(answer.body).toHaveLength(20);
    expect(answer.headers.link).toContain('cursor=');
  });
});
