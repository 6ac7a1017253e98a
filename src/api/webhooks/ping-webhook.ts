import { z } from 'zod';
import { newId, uuidSchema } from '../../shared/domain/ids.ts';
import { deliverySchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { toDelivery } from '../../shared/mongo/delivery-repository.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleDelivery } from './example-webhook.ts';

export const pingWebhook = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'post',
    path: '/webhooks/{webhook_id}/ping',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Send a test',
    description:
      'A delivery of type `ping`, made as all others are; also to a disabled endpoint. Look at the delivery for what came of it.',
    params: z.object({ webhook_id: uuidSchema }),
    responses: {
      202: {
        description: 'The delivery, still to be made.',
        schema: deliverySchema,
        example: { ...exampleDelivery, type: 'ping', status: 'pending', attempts: 0, log: [], finished_at: null },
      },
    },
    async handler({ projectId, params: { webhook_id: webhookId } }) {
      const { endpoints, deliveries, ring } = deps.hooks;
      const webhook = await endpoints.get(projectId, webhookId);
      if (!webhook) throw notFound('webhook');
      const payload = { type: 'ping', timestamp: new Date().toISOString(), data: { webhook_id: webhookId } };
      const [delivery] = await deliveries.insert([
        {
          _id: newId(),
          project_id: projectId,
          webhook_id: webhookId,
          message_id: newId(),
          type: 'ping',
          subject_id: webhookId,
          url: webhook.url,
          secret: null,
          payload: JSON.stringify(payload),
        },
      ]);
      if (!delivery) throw new Error('an id that was just made is taken');
      await ring(delivery);
      return { status: 202, body: toDelivery(delivery) };
    },
  });
