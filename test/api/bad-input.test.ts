import { gzipSync } from 'node:zlib';
import supertest from 'supertest';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/shared/errors/error-catalogue.ts';
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

const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const manyKeys = (n: number) => JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, 1])));

const bodies: [what: string, code: ErrorCode, send: () => ReturnType<typeof raw>][] = [
  ['half an object', 'malformed_json', () => raw('{"a":')],
  ['spaces only', 'malformed_json', () => raw('  ')],
  ['null', 'malformed_json', () => raw('null')],
  ['a text', 'malformed_json', () => raw('"x"')],
  ['a number', 'malformed_json', () => raw('12')],
  ['nothing', 'validation_failed', () => raw('')],
  ['an array', 'validation_failed', () => raw('[]')],
  ['no content type', 'unsupported_media_type', () => raw('{"name":"x"}', {})],
  ['a form', 'unsupported_media_type', () => raw('a[$ne]=1', { 'Content-Type': 'application/x-www-form-urlencoded' })],
  ['text/plain', 'unsupported_media_type', () => raw('{"name":"x"}', { 'Content-Type': 'text/plain' })],
  [
    'a type that only begins like JSON',
    'unsupported_media_type',
    () => raw('{}', { 'Content-Type': 'application/jsonx' }),
  ],
  [
    'an unknown charset',
    'unsupported_media_type',
    () => raw('{}', { 'Content-Type': 'application/json; charset=foo' }),
  ],
  ['latin-1', 'unsupported_media_type', () => raw('{}', { 'Content-Type': 'application/json; charset=iso-8859-1' })],
  [
    'an unknown compression',
    'unsupported_media_type',
    () => raw('{"name":"x"}', { 'Content-Type': 'application/json', 'Content-Encoding': 'zstd-9' }),
  ],
  [
    'gzip that is none',
    'malformed_body',
    () => raw('{"name":"x"}', { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }),
  ],
  [
    'gzip that is cut off',
    'malformed_body',
    () =>
      raw(gzipSync('{"name":"x"}').subarray(0, 20), { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }),
  ],
  [
    'a gzip bomb',
    'payload_too_large',
    () =>
      raw(gzipSync(Buffer.alloc(50_000_000, 32)), { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }),
  ],
  ['2 MiB', 'payload_too_large', () => raw(JSON.stringify({ name: 'x'.repeat(2_000_000) }))],
  ['49,000 nested arrays', 'too_deep', () => raw(deep(49_000))],
  ['33 nested arrays', 'too_deep', () => raw(deep(33))],
  ['32 nested arrays', 'validation_failed', () => raw(deep(32))],
  ['50,000 keys', 'too_many_keys', () => raw(manyKeys(50_000))],
  [
    'bytes that are not UTF-8',
    'malformed_body',
    () => raw(Buffer.from([...Buffer.from('{"name":"'), 0xff, 0x22, 0x7d])),
  ],
  ['the last of two equal keys is wrong', 'validation_failed', () => raw('{"name":"a","name":{"$ne":1}}')],
  ['a number beyond all numbers', 'validation_failed', () => raw('{"name":"a","temperature":1e999}')],
  ['a text for a number', 'validation_failed', () => raw('{"name":"a","temperature":"1"}')],
];

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

const queries: [query: string, code: string, pointer: string][] = [
  ['limit=0', 'too_small', 'query/limit'],
  ['limit=101', 'too_big', 'query/limit'],
  ['limit=1e3', 'invalid_format', 'query/limit'],
  ['limit=-1', 'invalid_format', 'query/limit'],
  ['limit=NaN', 'invalid_format', 'query/limit'],
  ['limit=', 'invalid_format', 'query/limit'],
  ['limit=10&limit=20', 'repeated_parameter', 'query/limit'],
  ['limit[$gt]=1', 'unknown_parameter', 'query/limit[$gt]'],
  ['metadata[__proto__][x]=1', 'unknown_parameter', 'query/metadata[__proto__][x]'],
  ['__proto__=1', 'unknown_parameter', 'query/__proto__'],
  ['sort=name', 'unknown_parameter', 'query/sort'],
  ['order=asc;drop', 'unknown_parameter', 'query/order'],
  ['cursor=abc', 'invalid_cursor', 'query/cursor'],
  [`cursor=${Buffer.from('["now","x"]').toString('base64url')}`, 'invalid_cursor', 'query/cursor'],
  [`cursor=${Buffer.from('{"$gt":1}').toString('base64url')}`, 'invalid_cursor', 'query/cursor'],
];

describe('a body that cannot be used', () => {
  it.each(bodies)('%s: %s, and nothing is stored', async (_what, code, send) => {
    const before = await api.count();
    expectProblem(await send(), code);
    expect(await api.count()).toBe(before);
  });

  it('compressed JSON, a quoted charset and a byte order mark are fine', async () => {
    const headers = { 'Content-Type': 'application/json; charset="UTF-8"', 'Content-Encoding': 'gzip' };
    expect((await raw(gzipSync('\ufeff{"name":"Zipped"}'), headers)).status).toBe(201);
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

  it('a key that would change the prototype is refused', async () => {
    expectProblem(await raw('{"name":"a","metadata":{"__proto__":1}}'), 'validation_failed');
    expectProblem(await raw('{"name":"a","__proto__":{"metadata":{}}}'), 'validation_failed');
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
  it.each(queries)('%s: %s', async (query, code, pointer) => {
    for (const path of ['/threads', '/assistants', `/assistants/${assistantId}/versions`])
      expect(expectProblem(await http().get(`${path}?${query}`), 'validation_failed').errors).toMatchObject([
        { code, pointer },
      ]);
  });

  it('a path that takes no parameters refuses all', async () => {
    expect(expectProblem(await http().get(`/threads/${threadId}?x=1`), 'validation_failed').errors).toMatchObject([
      { code: 'unknown_parameter', pointer: 'query/x' },
    ]);
  });
});

describe('an id that does not exist', () => {
  it.each(['abc', '..%2f..%2fetc', 'a%00b', '1', `${UNKNOWN}x`, '%7B%22$ne%22:1%7D', UNKNOWN])(
    '%s: 404',
    async (id) => {
      for (const path of [`/threads/${id}`, `/assistants/${id}`, `/assistants/${id}/versions`])
        expectProblem(await http().get(path), 'not_found');
      expectProblem(await http().patch(`/threads/${id}`).send({ name: 'x' }), 'not_found');
      expectProblem(await http().delete(`/assistants/${id}`), 'not_found');
    },
  );

  it('a path that cannot be decoded: 400', async () => {
    expectProblem(await http().get('/threads/%zz'), 'bad_request');
  });
});
