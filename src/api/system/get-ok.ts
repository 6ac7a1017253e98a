import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';

export const getOk = () =>
  defineEndpoint({
    method: 'get',
    path: '/ok',
    tag: 'System',
    summary: 'Say ok',
    description: 'The shortest answer there is, for load balancers and scripts.',
    access: 'public',
    responses: { 200: { description: 'Ok.', schema: z.object({ ok: z.literal(true) }), example: { ok: true } } },
    handler: async () => ({ status: 200, body: { ok: true } }),
  });
