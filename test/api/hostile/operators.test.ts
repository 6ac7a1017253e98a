/** Operators of the database in every place where a client's text or value goes: they are refused by type, or are text like any other. */
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ApiDeps } from '../../../src/api/api-deps.ts';
import type { Contract } from '../../../src/api/endpoint.ts';
import { createEndpoints } from '../../../src/api/endpoints.ts';
import { newId } from '../../../src/shared/domain/ids.ts';
import { ADMIN_KEY, withKey } from '../auth/auth-support.ts';
import { type Populated, useHostileSkein } from './hostile-skein.ts';

const skein = useHostileSkein({ workers: 0 });
let own: Populated;

const OPERATORS = [{ $ne: null }, { $gt: '' }, { $where: 'sleep(1000)' }, [{ $ne: null }], { $regex: '.*' }];
/** JSON that is the client's own: stored as it is, and never part of a query. */
const FREE = /\/(parameters|arguments)(\/|$)/;

const contracts = createEndpoints({} as ApiDeps).map((endpoint) => endpoint.contract);
const titled = (list: readonly Contract[]) =>
  list.map((contract) => [`${contract.method.toUpperCase()} ${contract.path}`, contract] as const);
const keyOf = ({ access }: Contract): string => (access === 'admin' ? ADMIN_KEY : own.key);

beforeAll(async () => {
  own = await skein.populate();
});

const pathOf = (contract: Contract, ids: Readonly<Record<string, string>> = own): string =>
  contract.path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? newId());

/** Pointers to all values in a body, the body itself among them. */
function* places(value: unknown, at = ''): Generator<string> {
  yield at;
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) yield* places(inner, `${at}/${name}`);
}

function withAt(body: unknown, pointer: string, value: unknown): unknown {
  const [name, ...rest] = pointer.split('/').slice(1);
  if (name === undefined) return value;
  const copy = structuredClone((body ?? {}) as Record<string, unknown>);
  copy[name] = withAt(copy[name], rest.length === 0 ? '' : `/${rest.join('/')}`, value);
  return copy;
}

/** Every place of the example, and every field that the schema knows. */
function placesOf({ body }: Contract): [example: unknown, pointers: string[]] {
  const example = body?.meta()?.example ?? {};
  const schema = z.toJSONSchema(body ?? z.object({}), { io: 'input', unrepresentable: 'any' });
  const fields = Object.keys(schema.properties ?? {}).map((name) => `/${name}`);
  return [example, [...new Set([...places(example), ...fields])].filter((pointer) => !FREE.test(pointer))];
}

describe('an operator in the place of a value', () => {
  it.each(titled(contracts.filter(({ body }) => body !== undefined)))(
    '%s is refused, wherever it stands in the body',
    async (_title, contract) => {
      const before = await skein.digest();
      const [example, pointers] = placesOf(contract);
      expect(pointers.length).toBeGreaterThan(1);
      for (const pointer of pointers)
        for (const operator of OPERATORS) {
          const body = withAt(example, pointer, operator) as object;
          const request = { method: contract.method.toUpperCase(), body, headers: withKey(keyOf(contract)) };
          const { status, text } = await skein.raw(pathOf(contract), request);
          expect([422, 400], `${pointer} ${JSON.stringify(operator)}: ${text}`).toContain(status);
        }
      expect(await skein.digest()).toBe(before);
    },
  );
});

describe('an operator in an address', () => {
  const queried = contracts.filter(({ query, method }) => query !== undefined && method === 'get');

  it.each(titled(queried))('%s is an unknown parameter, or a text that nothing has', async (_title, contract) => {
    for (const name of Object.keys(contract.query?.shape ?? {})) {
      const ask = (query: string) =>
        skein.raw(`${pathOf(contract)}?${query}`, { headers: withKey(keyOf(contract)), patienceMs: 5000 });
      for (const query of [`${name}[$ne]=`, `${name}.$ne=1`, `$${name}=1`])
        expect((await ask(query))?.status, query).toBe(422);
      for (const operator of OPERATORS) {
        const answer = await ask(`${name}=${encodeURIComponent(JSON.stringify(operator))}`);
        if (answer?.status === 200) expect(answer.text).toBe('[]');
        else expect([400, 404, 422], `${name}: ${answer?.text}`).toContain(answer?.status);
      }
    }
  });

  it.each(titled(contracts.filter(({ path }) => path.includes('_id}'))))('%s is no id', async (_title, contract) => {
    const names = [...contract.path.matchAll(/\{(\w+_id)\}/g)].map(([, name = '']) => name);
    for (const name of names)
      for (const operator of ['{"$ne":null}', '$ne', '[$gt]', '*']) {
        const path = pathOf(contract, { ...own, [name]: encodeURIComponent(operator) });
        const { status } = await skein.raw(path, {
          method: contract.method.toUpperCase(),
          headers: withKey(keyOf(contract)),
        });
        expect(status, operator).toBe(404);
      }
  });

  it('in a header is refused, or says nothing', async () => {
    const operator = '{"$ne":null}';
    const get = (path: string, headers: Record<string, string>) => skein.raw(path, { headers });
    expect((await get('/threads', { 'x-api-key': operator })).status).toBe(401);
    expect((await get('/threads', { authorization: `Bearer ${operator}` })).status).toBe(401);
    expect((await get('/session', { cookie: `skein_session=${operator}` })).status).toBe(401);
    expect((await get('/threads', { ...withKey(ADMIN_KEY), 'x-project-id': operator })).status).toBe(404);
    expect((await get(`/runs/${own.run_id}/stream`, { ...withKey(own.key), 'last-event-id': operator })).status).toBe(
      400,
    );
    expect((await get('/threads', { ...withKey(own.key), 'x-request-id': operator })).status).toBe(200);
  });
});
