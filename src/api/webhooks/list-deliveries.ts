import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { timeSchema } from '../../shared/domain/json.ts';
import { deliverySchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleDelivery } from './example-webhook.ts';

const positionSchema = z.tuple([timeSchema, uuidSchema]);

export const listDeliveries = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'get',
    path: '/webhooks/{webhook_id}/deliveries',
    tag: 'Webhooks',
    access: 'read',
    summary: 'List deliveries',
    description: 'What the endpoint was told and is still to be told, newest first, kept for 30 days.',
    params: z.object({ webhook_id: uuidSchema }),
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of deliveries.',
        schema: z.array(deliverySchema),
        headers: PAGE_HEADERS,
        example: [exampleDelivery],
      },
    },
    async handler({ projectId, params: { webhook_id: webhookId }, query: { limit, cursor }, req }) {
      const position = decodeCursor(positionSchema, cursor);
      if (!(await deps.hooks.endpoints.get(projectId, webhookId))) throw notFound('webhook');
      const after = position && { createdAt: new Date(position[0]), id: position[1] };
      const deliveries = await deps.hooks.deliveries.list(projectId, webhookId, { limit: limit + 1, after });
      return {
        status: 200,
        ...toPage(req.originalUrl, deliveries, limit, (last) => [last.created_at, last.delivery_id]),
      };
    },
  });
