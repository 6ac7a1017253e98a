import { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

const infoSchema = z
  .object({
    name: z.literal('skein'),
    version: z.string(),
    node: z.string().meta({ description: 'Version of Node.js.' }),
    auth_mode: z.enum(['api_key', 'none']),
    limits: z.object({ body_bytes: z.int(), queued_runs_per_thread: z.int() }),
  })
  .meta({ id: 'Info' });

export const getInfo = ({ config, version }: Pick<ApiDeps, 'config' | 'version'>) =>
  defineEndpoint({
    method: 'get',
    path: '/info',
    tag: 'System',
    summary: 'Get version and limits',
    description: 'What a client may want to know about this server before it starts.',
    access: 'public',
    responses: {
      200: {
        description: 'About this server.',
        schema: infoSchema,
        example: {
          name: 'skein',
          version: '0.1.0',
          node: 'v24.0.0',
          auth_mode: 'none',
          limits: { body_bytes: 1_048_576, queued_runs_per_thread: 1000 },
        },
      },
    },
    handler: async () => ({
      status: 200,
      body: {
        name: 'skein',
        version,
        node: process.version,
        auth_mode: config.AUTH_MODE,
        limits: { body_bytes: config.BODY_LIMIT_BYTES, queued_runs_per_thread: config.QUEUED_RUNS_PER_THREAD },
      },
    }),
  });
