import fc from 'fast-check';
import type { Contract } from '../../../src/api/endpoint.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { RawRequest } from './hostile-skein.ts';

export interface GeneratedRequest extends RawRequest {
  readonly path: string;
  readonly contract: Contract;
}

/** Texts that programs stumble over. */
const nasty = fc.constantFrom(
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e999',
    'NaN',
    'null',
    'undefined',
    'true',
    '__proto__',
    'constructor',
    'toString',
    '$ne',
    '$where',
  ],
  ...[
    '{"$ne":null}',
    '[]',
    '../../etc/passwd',
    '%00',
    '\u0000',
    '\ud800',
    '\u202e',
    '🙂',
    'a'.repeat(3000),
    '<script>',
    "' or 1=1 --",
  ],
  ...[
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '9999-12-31T23:59:59.999Z',
    '-000001-01-01T00:00:00Z',
  ],
);
const text = fc.oneof(nasty, fc.string({ unit: 'binary', maxLength: 40 }), fc.uuid());
const json = fc.oneof(
  text,
  fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, -0, 1e308, { $ne: null }, [{ $gt: '' }], [[[]]], { toJSON: 1 }),
);
/** What a header may hold. */
const headerText = fc.oneof(
  text.map((value) => value.replaceAll(/[^\x20-\x7e\x80-\xff]/gu, '')),
  fc.constantFrom(
    '1-0',
    '1-1',
    '0-0',
    'gzip',
    'application/json',
    'text/event-stream',
    'application/json; charset=x',
    '*/*;q=0',
  ),
);

/** The example with some of its values exchanged, left out or added to. */
const bodyOf = (example: unknown): fc.Arbitrary<unknown> => {
  if (typeof example !== 'object' || example === null || Array.isArray(example)) return json;
  const fields = Object.entries(example).map(([name, value]) =>
    fc
      .oneof(
        { weight: 4, arbitrary: fc.constant(value) },
        { weight: 1, arbitrary: bodyOf(value) },
        { weight: 1, arbitrary: json },
      )
      .map((changed) => [name, changed] as const),
  );
  const further = fc.array(fc.tuple(text, json), { maxLength: 2 });
  return fc
    .tuple(fc.tuple(...fields), fc.subarray(Object.keys(example)), further)
    .map(([all, left, more]) =>
      Object.fromEntries([...all.filter(([name]) => left.length === 0 || left.includes(name)), ...more]),
    );
};

const payload = (example: unknown): fc.Arbitrary<string | Buffer> =>
  fc.oneof(
    { weight: 6, arbitrary: bodyOf(example).map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: json.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)) },
  );

const pathOf = (contract: Contract, own: Readonly<Record<string, string>>): fc.Arbitrary<string> => {
  const parts = contract.path.split('/').map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return fc.constant(part);
    const foreign = text.map((value) => encodeURIComponent(value.toWellFormed()));
    // What belongs to somebody stays for the next request.
    const good = contract.method === 'delete' ? [] : [{ weight: 5, arbitrary: fc.constant(own[name] ?? newId()) }];
    return fc.oneof(...good, { weight: 1, arbitrary: foreign }, { weight: 1, arbitrary: fc.constant(newId()) });
  });
  return fc.tuple(...parts).map((all) => all.join('/'));
};

const queryOf = (contract: Contract): fc.Arbitrary<string> => {
  const known = Object.keys(contract.query?.shape ?? {});
  const name = known.length === 0 ? text : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, text);
  return fc
    .array(fc.tuple(name, fc.oneof(text, fc.integer().map(String))), { maxLength: 3 })
    .map((pairs) => (pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`));
};

const HEADERS = ['accept', 'content-type', 'content-encoding', 'idempotency-key', 'last-event-id', 'x-request-id'];
const MORE_HEADERS = ['origin', 'x-project-id', 'authorization', 'cookie', 'x-forwarded-for', 'range', 'if-none-match'];

/** Requests of all kinds to one endpoint. @param own ids that exist, by the names of path parameters @param key that the endpoint lets in */
export const requestsTo = (
  contract: Contract,
  own: Readonly<Record<string, string>>,
  key: string,
): fc.Arbitrary<GeneratedRequest> =>
  fc
    .record({
      path: pathOf(contract, own),
      query: fc.oneof({ weight: 2, arbitrary: fc.constant('') }, queryOf(contract)),
      headers: fc.dictionary(fc.constantFrom(...HEADERS, ...MORE_HEADERS), headerText, {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      body: contract.body ? fc.option(payload(contract.body.meta()?.example), { freq: 8, nil: '' }) : fc.constant(''),
    })
    .map(({ path, query, headers, body }) => ({
      contract,
      method: contract.method.toUpperCase(),
      path: path + query,
      headers: { 'x-api-key': key, ...(body.length > 0 ? { 'content-type': 'application/json' } : {}), ...headers },
      body,
    }));
