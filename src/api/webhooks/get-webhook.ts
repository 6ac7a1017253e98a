import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { webhookSchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleWebhook } from './example-webhook.ts';

export const getWebhook = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'get',
    path: '/webhooks/{webhook_id}',
    tag: 'Webhooks',
    access: 'read',
    summary: 'Get an endpoint',
    description: 'With whether Skein disabled it, and why.',
    params: z.object({ webhook_id: uuidSchema }),
    responses: { 200: { description: 'The endpoint.', schema: webhookSchema, example: exampleWebhook } },
    async handler({ projectId, params }) {
      const webhook = await deps.hooks.endpoints.get(projectId, params.webhook_id);
      if (!webhook) throw notFound('webhook');
      return { status: 200, body: webhook };
    },
  });
