import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { deliverySchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleDelivery } from './example-webhook.ts';

export const getDelivery = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'get',
    path: '/webhooks/{webhook_id}/deliveries/{delivery_id}',
    tag: 'Webhooks',
    access: 'read',
    summary: 'Get a delivery',
    description: 'With its attempts and what was sent.',
    params: z.object({ webhook_id: uuidSchema, delivery_id: uuidSchema }),
    responses: { 200: { description: 'The delivery.', schema: deliverySchema, example: exampleDelivery } },
    async handler({ projectId, params }) {
      const delivery = await deps.hooks.deliveries.get(projectId, params.webhook_id, params.delivery_id);
      if (!delivery) throw notFound('delivery');
      return { status: 200, body: delivery };
    },
  });
