import { z } from 'zod';
import { NotReady } from '../../shared/ops/not-ready.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { CHECKS } from './health.ts';

/** Longer than a healthy store ever takes, shorter than a prober waits. */
const CHECK_TIMEOUT_MS = 2000;

const checkSchema = z.enum(['ok', 'failed']);
const count = z.int().min(0);
const readySchema = z
  .object({
    status: checkSchema,
    checks: z.record(z.enum(CHECKS), checkSchema),
    problems: z.record(z.string(), z.string()).meta({ description: 'What is wrong, by check.' }),
    warnings: z.array(z.string()).meta({ description: 'What works and should not stay so.' }),
    workers: z
      .object({ alive: count, draining: count, dead: count })
      .nullable()
      .meta({ description: 'For your information: without workers runs are accepted and wait. Null: not known now.' }),
  })
  .meta({ id: 'Readiness' });
type Readiness = z.infer<typeof readySchema>;

const example: Readiness = {
  status: 'ok',
  checks: { mongo: 'ok', indexes: 'ok', redis: 'ok', redis_settings: 'ok', queue: 'ok' },
  problems: {},
  warnings: [],
  workers: { alive: 4, draining: 0, dead: 0 },
};

export const getReady = ({ health }: Pick<ApiDeps, 'health'>) =>
  defineEndpoint({
    method: 'get',
    path: '/health/ready',
    tag: 'System',
    summary: 'Can requests be served?',
    description:
      'Asks the database and Redis, whether the indexes that the promises rest on are there, and whether Redis takes writes and keeps what it has. Send traffic only while it answers 200.',
    access: 'public',
    responses: {
      200: { description: 'Yes.', schema: readySchema, example },
      503: {
        description: 'Not now; `checks` says what is missing.',
        schema: readySchema,
        example: {
          ...example,
          status: 'failed',
          checks: { ...example.checks, redis_settings: 'failed' },
          problems: { redis_settings: 'Redis has maxmemory-policy allkeys-lru; Skein needs noeviction.' },
        },
      },
    },
    async handler() {
      const [results, warnings, workers] = await Promise.all([
        Promise.all(CHECKS.map(async (name) => [name, await problemOf(health.checks[name])] as const)),
        soon(health.warnings()).catch(() => []),
        soon(health.workers()).catch(() => null),
      ]);
      const failed = results.flatMap(([name, problem]) => (problem === null ? [] : [[name, problem] as const]));
      const body: Readiness = {
        status: failed.length === 0 ? 'ok' : 'failed',
        checks: Object.fromEntries(
          results.map(([name, problem]) => [name, problem === null ? 'ok' : 'failed'] as const),
        ) as Readiness['checks'],
        problems: Object.fromEntries(failed),
        warnings: [...warnings],
        workers,
      };
      if (failed.length === 0) return { status: 200, body };
      return { status: 503, headers: { 'Retry-After': '1' }, body };
    },
  });

/** null: none. Errors of drivers name addresses, so they are not told. */
async function problemOf(check: () => Promise<unknown>): Promise<string | null> {
  try {
    await soon(check());
    return null;
  } catch (error) {
    return error instanceof NotReady ? error.message : 'It does not answer.';
  }
}

async function soon<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('too slow')), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
