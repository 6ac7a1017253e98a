import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { deliverySchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { toDelivery } from '../../shared/mongo/delivery-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleDelivery } from './example-webhook.ts';

export const replayDelivery = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'post',
    path: '/webhooks/{webhook_id}/deliveries/{delivery_id}/replay',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Deliver again',
    description:
      'At once, with all attempts from the beginning, whatever came of it before: the same body under the same `webhook-id`, so a receiver that has seen it can tell.',
    params: z.object({ webhook_id: uuidSchema, delivery_id: uuidSchema }),
    responses: {
      202: {
        description: 'The delivery, due again.',
        schema: deliverySchema,
        example: { ...exampleDelivery, status: 'pending', finished_at: null },
      },
    },
    async handler({ projectId, params }) {
      const replayed = await deps.hooks.deliveries.replay(projectId, params.webhook_id, params.delivery_id);
      if (!replayed) throw notFound('delivery');
      await deps.hooks.ring(replayed);
      return { status: 202, body: toDelivery(replayed) };
    },
  });
