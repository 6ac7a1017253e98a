import { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

/** Longer than a healthy store ever takes, shorter than a prober waits. */
const CHECK_TIMEOUT_MS = 2000;

const checkSchema = z.enum(['ok', 'failed']);
const readySchema = z
  .object({ status: checkSchema, checks: z.object({ mongo: checkSchema, redis: checkSchema }) })
  .meta({ id: 'Readiness' });

export const getReady = ({ health }: Pick<ApiDeps, 'health'>) =>
  defineEndpoint({
    method: 'get',
    path: '/health/ready',
    tag: 'System',
    summary: 'Can requests be served?',
    description: 'Asks the database and Redis. Send traffic only while it answers 200.',
    access: 'public',
    responses: {
      200: {
        description: 'Yes.',
        schema: readySchema,
        example: { status: 'ok', checks: { mongo: 'ok', redis: 'ok' } },
      },
      503: {
        description: 'Not now; `checks` says what is missing.',
        schema: readySchema,
        example: { status: 'failed', checks: { mongo: 'ok', redis: 'failed' } },
      },
    },
    async handler() {
      const [mongo, redis] = await Promise.all([passes(health.mongo), passes(health.redis)]);
      const checks = { mongo, redis };
      if (mongo === 'ok' && redis === 'ok') return { status: 200, body: { status: 'ok', checks } };
      return { status: 503, headers: { 'Retry-After': '1' }, body: { status: 'failed', checks } };
    },
  });

async function passes(check: () => Promise<unknown>): Promise<z.infer<typeof checkSchema>> {
  const { promise, resolve } = Promise.withResolvers<'failed'>();
  const timer = setTimeout(() => resolve('failed'), CHECK_TIMEOUT_MS);
  try {
    return await Promise.race([check().then(() => 'ok' as const), promise]);
  } catch {
    return 'failed';
  } finally {
    clearTimeout(timer);
  }
}
