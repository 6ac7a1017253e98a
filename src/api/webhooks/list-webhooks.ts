import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { webhookSchema } from '../../shared/domain/webhook.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleWebhook } from './example-webhook.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listWebhooks = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'get',
    path: '/webhooks',
    tag: 'Webhooks',
    access: 'read',
    summary: 'List endpoints',
    description: 'Last made first. Secrets are never shown again.',
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of endpoints.',
        schema: z.array(webhookSchema),
        headers: PAGE_HEADERS,
        example: [exampleWebhook],
      },
    },
    async handler({ projectId, query: { limit, cursor }, req }) {
      const after = decodeCursor(positionSchema, cursor)?.[0];
      const webhooks = await deps.hooks.endpoints.list(projectId, { limit: limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, webhooks, limit, (last) => [last.webhook_id]) };
    },
  });
