import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../src/api/api-deps.ts';
import type { Contract } from '../../../src/api/endpoint.ts';
import { createEndpoints } from '../../../src/api/endpoints.ts';
import { ERROR_CATALOGUE } from '../../../src/shared/errors/error-catalogue.ts';
import { ADMIN_KEY } from '../auth/auth-support.ts';
import { type GeneratedRequest, requestsTo } from './arbitrary-request.ts';
import { type Populated, useHostileSkein } from './hostile-skein.ts';

// Without workers nothing changes but by requests.
const skein = useHostileSkein({ workers: 0 });
let own: Populated;

const contracts = createEndpoints({} as ApiDeps).map((endpoint) => endpoint.contract);
/** By subject, so that each gets its share of the requests. */
const subjects = Object.entries(Object.groupBy(contracts, ({ tag }) => tag)) as [string, Contract[]][];
/** Another one each time; a failure is found again with it and with the path that fast-check tells. */
const seed = Date.now() % 1_000_000;

beforeAll(async () => {
  own = await skein.populate();
  // A project that may go, without keys that the requests need.
  const { project_id } = await skein.createProject();
  own = { ...own, project_id };
});

/** On a slow machine there are fewer requests. */
const BUDGET_MS = 3000;
/** Answers that wait for a run are not waited for. */
const PATIENCE_MS = 400;

describe(`requests of all kinds (seed ${seed})`, () => {
  it.each(subjects)(
    'about %s: no fault of the server, and what is refused changes nothing',
    async (_subject, list) => {
      const all = fc.oneof(
        ...list.map((contract) => requestsTo(contract, own, contract.access === 'admin' ? ADMIN_KEY : own.key)),
      );
      let before = await skein.digest();
      let refused = 0;
      const check = async () => expect(await skein.digest()).toBe(before);
      const deadline = performance.now() + BUDGET_MS;
      const one = async ({ contract, path, ...request }: GeneratedRequest) => {
        // Not by fast-check, which would leave the last request under way.
        if (performance.now() > deadline) return;
        const answer = await skein.raw(path, { ...request, patienceMs: PATIENCE_MS });
        if (answer === null || answer.status < 400) {
          if (contract.method !== 'get') before = await skein.digest();
          return;
        }
        expect(answer.status, answer.text).toBeLessThan(500);
        expect(answer.headers['content-type']).toBe('application/problem+json');
        expect(Object.keys(ERROR_CATALOGUE)).toContain(JSON.parse(answer.text).code);
        refused += 1;
        if (refused % 20 === 0) await check();
      };
      await fc.assert(fc.asyncProperty(all, one), { seed, numRuns: 40 + 10 * list.length });
      await check();
      expect(refused).toBeGreaterThan(5);
      expect((await skein.raw('/health/live')).status).toBe(200);
    },
    20_000,
  );
});
