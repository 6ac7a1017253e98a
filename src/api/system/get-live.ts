import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const getLive = () =>
  defineEndpoint({
    method: 'get',
    path: '/health/live',
    tag: 'System',
    summary: 'Is the process alive?',
    description: 'Looks at nothing else: restart the process when this fails.',
    access: 'public',
    responses: {
      200: { description: 'It is.', schema: z.object({ status: z.literal('ok') }), example: { status: 'ok' } },
    },
    handler: async () => ({ status: 200, body: { status: 'ok' } }),
  });
