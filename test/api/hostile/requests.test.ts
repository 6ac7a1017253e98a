/**
 * Hostile requests: the rows of the catalogue on transport and bodies (1 to 34), keys and tenancy (35 to 52), ids and queries (53 to 65). What needs bare sockets or shortened time-outs (13, 14, 25, 26, 31, 32)
 * is in http-server.test.ts, the limits of rates (50) in limits/.
 */
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import { ADMIN_KEY, withKey } from '../auth/auth-support.ts';
import { type RawRequest, type Row, testRows, useHostileSkein } from './hostile-skein.ts';

const skein = useHostileSkein({ env: { CORS_ORIGINS: 'https://app.example' } });
const ids = { assistant: '', thread: '', run: '', otherThread: '', otherRun: '', key: '', otherKey: '', project: '' };

beforeAll(async () => {
  const [mine, other] = [await skein.populate('/runs/wait'), await skein.populate('/runs/wait')];
  Object.assign(ids, {
    ...{ assistant: mine.assistant_id, thread: mine.thread_id, run: mine.run_id, key: mine.key },
    ...{ project: mine.project_id, otherThread: other.thread_id, otherRun: other.run_id, otherKey: other.key },
  });
});

const json = { 'content-type': 'application/json' };
const ask = (path: string, { headers, ...request }: RawRequest = {}) =>
  skein.raw(path, { ...request, headers: { ...withKey(ids.key), ...headers } });
const post = (body: RawRequest['body'], headers: RawRequest['headers'] = json, path = '/threads') =>
  ask(path, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
const thread = (fields: object) => post({ name: 'T', assistant_id: ids.assistant, ...fields });
const get = (path: string, headers: RawRequest['headers'] = {}) => ask(path, { headers });
const withoutId = ({ text }: { text: string }) => text.replaceAll(/"request_id":"[^"]*"/g, '');
const gzipped = { ...json, 'content-encoding': 'gzip' };
const keysOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [n.toString(36), 0]));
const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('4.1 transport and body', () => {
  testRows(skein, [
    { row: '1 half an object', status: 400, code: 'malformed_json', send: () => post('{"a":') },
    ...['null', '"x"', '12', ' '].map(
      (body): Row => ({
        ...{ row: `2 ${JSON.stringify(body)}`, status: 400, code: 'malformed_json' },
        send: () => post(body),
      }),
    ),
    { row: '4 no body', status: 422, code: 'validation_failed', field: 'required', send: () => post('') },
    { row: '5 no content type', status: 415, code: 'unsupported_media_type', send: () => post('{"name":"x"}', {}) },
    ...['application/x-www-form-urlencoded', 'text/plain', 'application/jsonx', 'multipart/form-data; boundary=x'].map(
      (type): Row => ({
        ...{ row: `7 ${type}`, status: 415, code: 'unsupported_media_type' },
        send: () => post('a[$ne]=1', { 'content-type': type }),
      }),
    ),
    ...['foo', 'iso-8859-1', 'utf-16'].map(
      (charset): Row => ({
        ...{
          row: `8 charset ${charset}`,
          status: 415,
          code: 'unsupported_media_type',
          catalogue: 'unsupported_charset',
        },
        send: () => post('{}', { 'content-type': `application/json; charset=${charset}` }),
      }),
    ),
    { row: '10 gzip that is none', status: 400, code: 'malformed_body', send: () => post('{"name":"x"}', gzipped) },
    {
      ...{ row: '10 gzip that is cut off', status: 400, code: 'malformed_body' },
      send: () => post(gzipSync('{"name":"x"}').subarray(0, 20), gzipped),
    },
    {
      ...{ row: '10 an unknown compression', status: 415, code: 'unsupported_media_type' },
      send: () => post('{"name":"x"}', { ...json, 'content-encoding': 'zstd-9' }),
    },
    {
      ...{ row: '11 a gzip bomb', status: 413, code: 'payload_too_large' },
      send: () => post(gzipSync(Buffer.alloc(50_000_000, 32)), gzipped),
    },
    { row: '12 2 MiB', status: 413, code: 'payload_too_large', send: () => post({ name: 'x'.repeat(2_000_000) }) },
    { row: '16 49,000 nested arrays', status: 422, code: 'too_deep', send: () => post(deep(49_000)) },
    { row: '16 33 nested arrays', status: 422, code: 'too_deep', send: () => post(deep(33)) },
    { row: '17 100,000 keys', status: 422, code: 'too_many_keys', send: () => post(keysOf(100_000)) },
    {
      ...{ row: '19 the last of two equal keys is wrong', status: 422, code: 'validation_failed' },
      field: 'invalid_type',
      send: () => post(`{"assistant_id":"${ids.assistant}","name":"a","name":{"$ne":1}}`),
    },
    {
      ...{ row: '20 bytes that are not UTF-8', status: 400, code: 'malformed_body' },
      send: () => post(Buffer.from([...Buffer.from('{"name":"'), 0xff, 0x22, 0x7d])),
    },
    ...['a\u0000b', 'a\ud800'].map(
      (name): Row => ({
        ...{ row: `22 ${JSON.stringify(name)} in a name`, status: 422, code: 'validation_failed' },
        ...{ field: 'invalid_character', catalogue: 'invalid_character' },
        send: () => thread({ name }),
      }),
    ),
    {
      ...{ row: '22 NUL in an id', status: 422, code: 'validation_failed', field: 'invalid_character' },
      send: () => thread({ thread_id: `${newId()}\u0000` }),
    },
    // -0 is a number like any other, and is stored as 0.
    ...['1e999', '"1"', 'true', '[]', '{"$gt":0}'].map(
      (value): Row => ({
        ...{ row: `23 ${value} for a number`, status: 422, code: 'validation_failed' },
        send: () => post(`{"name":"a","temperature":${value}}`, json, '/assistants'),
      }),
    ),
    {
      ...{ row: '28 DELETE of a list', status: 405, code: 'method_not_allowed' },
      send: () => ask('/threads', { method: 'DELETE' }),
      also: ({ headers }) => expect(headers.allow).toBe('GET, POST, HEAD, OPTIONS'),
    },
    { row: '29 no such route', status: 404, code: 'route_not_found', send: () => get('/v1/nope') },
    { row: '31 an address of 9,000', status: 414, code: 'uri_too_long', send: () => get(`/${'a'.repeat(9000)}`) },
    {
      ...{ row: '34 a picture of a list', status: 406, code: 'not_acceptable' },
      send: () => get('/threads', { accept: 'image/png' }),
    },
  ]);
});

describe('4.2 keys and tenancy', () => {
  const bare = (headers: Readonly<Record<string, string>>, path = '/threads') => skein.raw(path, { headers });
  const wrongKey = (row: string, key: () => string): Row => ({
    ...{ row, status: 401, code: 'invalid_credentials' },
    send: () => bare({ 'x-api-key': key() }),
  });
  /** What the other project's things answer is what nothing answers. */
  const sameAsUnknown = (row: string, method: string, path: (threadId: string, runId: string) => string): Row => ({
    ...{ row: `${row}: ${method}`, status: 404, code: 'not_found' },
    send: () =>
      ask(path(ids.otherThread, ids.otherRun), { method, ...(method === 'PATCH' ? { body: { name: 'x' } } : {}) }),
    also: async (answer) => {
      const body = method === 'PATCH' ? { body: { name: 'x' } } : {};
      expect(withoutId(await ask(path(newId(), newId()), { method, ...body }))).toBe(withoutId(answer));
    },
  });
  testRows(skein, [
    { row: '35 no key', status: 401, code: 'missing_credentials', send: () => bare({}) },
    wrongKey('37 a wrong checksum', () => `${ids.key.slice(0, -1)}${ids.key.endsWith('0') ? '1' : '0'}`),
    wrongKey(
      '38 a key of the right form that nobody has',
      () => 'skein_0000000000000000000000000000000000000000000000000',
    ),
    wrongKey('38 nearly the admin key', () => `${ADMIN_KEY}x`),
    wrongKey('40 a key of 10 kB', () => 'x'.repeat(10_000)),
    wrongKey('40 a key that is not ASCII', () => `${'é'.repeat(49)}`),
    ...['api_key', 'x-api-key', 'key', 'access_token'].map(
      (name): Row => ({
        ...{ row: `41 the key in the address as ${name}`, status: 401, code: 'missing_credentials' },
        send: () => bare({}, `/threads?${name}=${ids.key}`),
      }),
    ),
    // 43: projects are deleted, not suspended; the keys of a deleted one are 401. A paused one takes runs, which wait.
    ...['GET', 'PATCH', 'DELETE'].map((method) =>
      sameAsUnknown("44 another project's thread", method, (threadId) => `/threads/${threadId}`),
    ),
    {
      ...{ row: '46 a run under the path of another thread', status: 404, code: 'not_found' },
      send: () => get(`/threads/${ids.otherThread}/runs/${ids.run}`),
    },
    sameAsUnknown("47 another project's stream", 'GET', (_, runId) => `/runs/${runId}/stream`),
    ...['projectId', 'project_id', '_id', 'createdAt', 'created_at', 'status', 'leaseEpoch', 'role', 'run_seq'].map(
      (name): Row => ({
        ...{ row: `49 the field ${name}`, status: 422, code: 'validation_failed', field: 'unknown_field' },
        send: () => thread({ [name]: 'system' }),
      }),
    ),
    {
      ...{ row: '52 a preflight from an unlisted origin', status: 403, code: 'origin_not_allowed' },
      send: () =>
        skein.raw('/threads', {
          method: 'OPTIONS',
          headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
        }),
    },
    {
      ...{ row: '52 a request from an unlisted origin', status: 200, code: null },
      send: () => get('/threads', { origin: 'https://evil.example' }),
      also: ({ headers }) =>
        expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]),
    },
  ]);
});

describe('4.3 ids, queries, injection', () => {
  const list = (row: string, query: string, field: string): Row => ({
    ...{ row: `${row} ?${query}`, status: 422, code: 'validation_failed', field },
    send: () => get(`/threads?${query}`),
  });
  testRows(skein, [
    ...[
      'abc',
      '..%2f..%2fetc',
      'a%00b',
      '1',
      `${newId()}x`,
      '%7B%22$ne%22:1%7D',
      '[object%20Object]',
      '%F0%9F%98%80',
    ].map((id): Row => ({ row: `53 ${id}`, status: 404, code: 'not_found', send: () => get(`/threads/${id}`) })),
    { row: '53 a path that cannot be decoded', status: 400, code: 'bad_request', send: () => get('/threads/%zz') },
    list('55', 'limit[$gt]=1', 'unknown_parameter'),
    ...['0', '101', '1e3', '-1', 'NaN', '', '0x5', '%205'].map((limit) =>
      list('56', `limit=${limit}`, limit === '0' ? 'too_small' : limit === '101' ? 'too_big' : 'invalid_format'),
    ),
    list('56', 'limit=10&limit=20', 'repeated_parameter'),
    list('58', 'order=asc;drop', 'unknown_parameter'),
    ...['abc', ...['["now","x"]', '{"$gt":1}'].map((text) => Buffer.from(text).toString('base64url'))].map((cursor) =>
      list('58', `cursor=${cursor}`, 'invalid_cursor'),
    ),
    {
      ...{ row: '59 an operator as id', status: 422, code: 'validation_failed', field: 'invalid_type' },
      send: () => post({ name: 'T', assistant_id: { $ne: null } }),
    },
    ...['$where', 'a.b', '$', 'a b', 'x'.repeat(1000)].map(
      (key): Row => ({
        ...{ row: `61 metadata key ${key.slice(0, 9)}`, status: 422, code: 'validation_failed', field: 'invalid_key' },
        catalogue: 'invalid_metadata_key',
        send: () => thread({ metadata: { [key]: 1 } }),
      }),
    ),
    ...[
      {
        what: '17 KiB',
        metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, 'x'.repeat(1024)])),
      },
      { what: '65 keys', metadata: keysOf(65), field: 'invalid' },
      { what: 'an object inside', metadata: { a: { b: 1 } }, field: 'invalid_type' },
      { what: 'a list inside', metadata: { a: [1] }, field: 'invalid_type' },
      { what: 'a text of 1,025', metadata: { a: 'x'.repeat(1025) }, field: 'too_big' },
    ].map(
      ({ what, metadata, field = 'metadata_too_large' }): Row => ({
        ...{ row: `62 metadata with ${what}`, status: 422, code: 'validation_failed', field },
        send: () => thread({ metadata }),
      }),
    ),
    ...['{"name":"a","metadata":{"__proto__":1}}', '{"name":"a","__proto__":{"metadata":{}}}'].map(
      (body): Row => ({
        ...{ row: `63 ${body}`, status: 422, code: 'validation_failed', field: 'invalid_character' },
        send: () => post(body),
      }),
    ),
    list('64', 'metadata[__proto__][x]=1', 'unknown_parameter'),
    list('64', '__proto__=1', 'unknown_parameter'),
    list('65', 'sort=name', 'unknown_parameter'),
    list('65', 'metadata=x', 'unknown_parameter'),
  ]);
});
