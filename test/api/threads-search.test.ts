import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, useRecordApi } from './test-api.ts';

const api = useRecordApi();
const http = () => supertest(api.server);
const NAMES = ['Trip to Lisbon', 'Budget (2026)', 'lisbon, again', 'C++ notes'];

beforeAll(async () => {
  const { body } = await http().post('/assistants').send({ name: 'Helper' }).expect(201);
  for (const name of NAMES) await http().post('/threads').send({ name, assistant_id: body.assistant_id }).expect(201);
});

const find = async (query: string): Promise<string[]> =>
  (await http().get(`/threads?${query}`).expect(200)).body.map(({ name }: { name: string }) => name);

describe('a search for threads', () => {
  it('finds a part of a name in whatever case, the newest first', async () => {
    expect(await find('search=LISBON')).toEqual(['lisbon, again', 'Trip to Lisbon']);
  });

  it('takes every character for itself', async () => {
    expect(await find('search=%282026%29')).toEqual(['Budget (2026)']);
    expect(await find('search=C%2B%2B')).toEqual(['C++ notes']);
    expect(await find('search=.*')).toEqual([]);
  });

  it('is kept on the pages that follow', async () => {
    const first = await http().get('/threads?search=lisbon&limit=1').expect(200);
    expect(first.headers.link).toContain('search=lisbon');
    const cursor = first.headers['x-pagination-next'];
    expect(await find(`search=lisbon&limit=1&cursor=${cursor}`)).toEqual(['Trip to Lisbon']);
  });

  it('is refused when it is empty or too long', async () => {
    expectProblem(await http().get('/threads?search='), 'validation_failed');
    expectProblem(await http().get(`/threads?search=${'a'.repeat(201)}`), 'validation_failed');
  });
});
