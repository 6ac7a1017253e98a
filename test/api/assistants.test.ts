import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/shared/domain/limits.ts';
import { expectProblem, useRecordApi } from './test-api.ts';

const api = useRecordApi();
const http = () => supertest(api.server);
const create = async (body: object) => (await http().post('/assistants').send(body).expect(201)).body;

describe('an assistant', () => {
  it('needs a name only; the rest has defaults', async () => {
    const answer = await http()
      .post('/assistants/')
      .send({ name: 'Helper', limits: { max_steps: 3 } });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/assistants/${answer.body.assistant_id}`);
    expect(answer.body).toMatchObject({
      version: 1,
      model: 'default',
      instructions: '',
      tools: [],
      temperature: null,
      limits: { ...DEFAULT_LIMITS, max_steps: 3 },
      metadata: {},
    });
    expect((await http().get(answer.headers.location ?? '')).body).toEqual(answer.body);
  });

  it('gets a new version with every change, and keeps the old ones readable', async () => {
    const one = await create({ name: 'Helper', instructions: 'Be brief.', limits: { max_steps: 3 } });
    const path = `/assistants/${one.assistant_id}`;
    const two = (await http().patch(path).send({ instructions: 'Answer in French.' }).expect(200)).body;
    const three = (
      await http()
        .patch(path)
        .send({ limits: { max_tool_calls: 5 } })
        .expect(200)
    ).body;
    expect(two).toMatchObject({ version: 2, name: 'Helper', instructions: 'Answer in French.' });
    expect(three).toMatchObject({ version: 3, limits: { max_steps: 3, max_tool_calls: 5 } });
    expect((await http().get(path)).body).toEqual(three);

    const versions = await http().get(`${path}/versions`).expect(200);
    expect(versions.body).toEqual([three, two, one]);
    const first = await http().get(`${path}/versions?limit=2`).expect(200);
    const cursor = first.headers['x-pagination-next'];
    const rest = await http().get(`${path}/versions`).query({ limit: 2, cursor }).expect(200);
    expect([...first.body, ...rest.body]).toEqual([three, two, one]);
    expect(rest.headers).not.toHaveProperty('link');
  });

  it('is deleted with its versions, once, and not while a thread uses it', async () => {
    const { assistant_id: id } = await create({ name: 'Busy' });
    const other = await create({ name: 'Other' });
    const thread = await http().post('/threads').send({ name: 'x', assistant_id: id }).expect(201);
    expectProblem(await http().delete(`/assistants/${id}`), 'assistant_in_use');
    await http().patch(`/threads/${thread.body.thread_id}`).send({ assistant_id: other.assistant_id }).expect(200);

    const gone = await http().delete(`/assistants/${id}`);
    expect([gone.status, gone.text]).toEqual([204, '']);
    expectProblem(await http().get(`/assistants/${id}`), 'not_found');
    expectProblem(await http().get(`/assistants/${id}/versions`), 'not_found');
    expectProblem(await http().delete(`/assistants/${id}`), 'not_found');
  });
});

describe('the list of assistants', () => {
  it('has the last created first, each once, over all pages', async () => {
    const made = [];
    for (const name of ['a', 'b', 'c']) made.unshift((await create({ name })).assistant_id);
    const page = await http().get('/assistants?limit=2').expect(200);
    const next = await http()
      .get('/assistants')
      .query({ limit: 1, cursor: page.headers['x-pagination-next'] })
      .expect(200);
    const ids = [...page.body, ...next.body].map((assistant: { assistant_id: string }) => assistant.assistant_id);
    expect(ids).toEqual(made);
  });
});
