import { gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, useRecordApi } from './test-api.ts';

const api = useRecordApi();
const http = () => supertest(api.server);
const UNKNOWN = '0190a3b4-0000-7000-8000-00000000dead';
let assistantId = '';
let threadId = '';

beforeAll(async () => {
  assistantId = (await http().post('/assistants').send({ name: 'Helper' }).expect(201)).body.assistant_id;
  const thread = await http().post('/threads').send({ name: 'One', assistant_id: assistantId }).expect(201);
  threadId = thread.body.thread_id;
});

/** Sends exactly these bytes. */
const raw = (body: string | Buffer, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  fetch(`http://127.0.0.1:${api.port}/assistants`, {
    method: 'POST',
    headers,
    body: new Uint8Array(Buffer.from(body)),
  }).then(async (answer) => ({
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    text: await answer.text(),
  }));

const fields: [what: string, body: Record<string, unknown>, errors: { pointer: string; code: string }[]][] = [
  ['no required field', {}, [{ pointer: '/name', code: 'required' }]],
  ['NUL in a name', { name: 'a\u0000b' }, [{ pointer: '/name', code: 'invalid_character' }]],
  ['half a surrogate pair', { name: 'a\ud800' }, [{ pointer: '/name', code: 'invalid_character' }]],
  ['NUL in a key', { name: 'a', metadata: { 'a\u0000': 1 } }, [{ pointer: '/metadata', code: 'invalid_character' }]],
  [
    'fields of ours',
    { name: 'a', project_id: UNKNOWN, _id: 1, version: 3, 'a/b~c': 1 },
    ['/project_id', '/_id', '/version', '/a~1b~0c'].map((pointer) => ({ pointer, code: 'unknown_field' })),
  ],
  ['an operator as value', { name: { $ne: null } }, [{ pointer: '/name', code: 'invalid_type' }]],
  [
    'an operator as metadata key',
    { name: 'a', metadata: { $where: 'sleep(1)' } },
    [{ pointer: '/metadata/$where', code: 'invalid_key' }],
  ],
  [
    'a path as metadata key',
    { name: 'a', metadata: { 'a.b': 1 } },
    [{ pointer: '/metadata/a.b', code: 'invalid_key' }],
  ],
  ['nested metadata', { name: 'a', metadata: { a: { b: 1 } } }, [{ pointer: '/metadata/a', code: 'invalid_type' }]],
  [
    'a long metadata value',
    { name: 'a', metadata: { a: 'x'.repeat(1025) } },
    [{ pointer: '/metadata/a', code: 'too_big' }],
  ],
  [
    '65 metadata keys',
    { name: 'a', metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i])) },
    [{ pointer: '/metadata', code: 'invalid' }],
  ],
  ['an empty name', { name: '' }, [{ pointer: '/name', code: 'too_small' }]],
  ['a name of 201', { name: 'x'.repeat(201) }, [{ pointer: '/name', code: 'too_big' }]],
  [
    '129 tools',
    { name: 'a', tools: Array.from({ length: 129 }, (_, i) => ({ type: 'function', function: { name: `t${i}` } })) },
    [{ pointer: '/tools', code: 'too_big' }],
  ],
  [
    'a tool of an unknown kind',
    { name: 'a', tools: [{ type: 'shell' }] },
    [{ pointer: '/tools/0/type', code: 'invalid_type' }],
  ],
  [
    'a limit of the wrong kind',
    { name: 'a', limits: { max_steps: 0 } },
    [{ pointer: '/limits/max_steps', code: 'too_small' }],
  ],
];

// What is hostile is in hostile/: here is how it is told what is wrong, and what is fine.
describe('a body', () => {
  it('may be compressed, with a quoted charset and a byte order mark', async () => {
    const headers = { 'Content-Type': 'application/json; charset="UTF-8"', 'Content-Encoding': 'gzip' };
    expect((await raw(gzipSync('\ufeff{"name":"Zipped"}'), headers)).status).toBe(201);
  });

  it('of 32 nested arrays is nested as deep as may be', async () => {
    expectProblem(await raw(`${'['.repeat(32)}${']'.repeat(32)}`), 'validation_failed');
  });
});

describe('a field that is wrong', () => {
  it.each(fields)('%s is named', async (_what, body, errors) => {
    const before = await api.count();
    const answer = await http().post('/assistants').set('Content-Type', 'application/json').send(JSON.stringify(body));
    const problem = expectProblem(answer, 'validation_failed');
    expect(problem.errors).toEqual(errors.map((error) => ({ ...error, message: expect.any(String) })));
    expect(await api.count()).toBe(before);
  });

  it('never repeats a value, and lists 50 at most', async () => {
    const body = { name: 'a', ...Object.fromEntries(Array.from({ length: 80 }, (_, i) => [`k${i}`, 'canary'])) };
    const answer = await http().post('/assistants').send(body);
    expect(expectProblem(answer, 'validation_failed').errors).toHaveLength(50);
    expect(answer.text).not.toContain('canary');
  });

  it('a patch without a change is refused', async () => {
    for (const path of [`/threads/${threadId}`, `/assistants/${assistantId}`]) {
      expectProblem(await http().patch(path).send({}), 'validation_failed');
      expectProblem(await http().patch(path), 'validation_failed');
    }
  });

  it('a reference to what does not exist is refused', async () => {
    const before = await api.count();
    const created = await http().post('/threads').send({ name: 'x', assistant_id: UNKNOWN });
    const patched = await http().patch(`/threads/${threadId}`).send({ assistant_id: UNKNOWN });
    for (const answer of [created, patched])
      expect(expectProblem(answer, 'reference_not_found').errors).toMatchObject([{ pointer: '/assistant_id' }]);
    expect(await api.count()).toBe(before);
  });
});

describe('a query that is wrong', () => {
  it('is told by the name of its parameter', async () => {
    for (const path of ['/threads', '/assistants', `/assistants/${assistantId}/versions`])
      for (const [query, code, pointer] of [
        ['limit=0', 'too_small', 'query/limit'],
        ['limit=10&limit=20', 'repeated_parameter', 'query/limit'],
        ['limit[$gt]=1', 'unknown_parameter', 'query/limit[$gt]'],
        ['cursor=abc', 'invalid_cursor', 'query/cursor'],
      ])
        expect(expectProblem(await http().get(`${path}?${query}`), 'validation_failed').errors).toMatchObject([
          { code, pointer },
        ]);
    expect(expectProblem(await http().get(`/threads/${threadId}?x=1`), 'validation_failed').errors).toMatchObject([
      { code: 'unknown_parameter', pointer: 'query/x' },
    ]);
  });
});
