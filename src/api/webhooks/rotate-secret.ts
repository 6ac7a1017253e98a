import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { rotationInputSchema, webhookWithSecretSchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { newWebhookSecret, webhookSecretPlace } from '../../shared/webhooks/webhook-secret.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleWebhook } from './example-webhook.ts';

export const rotateSecret = (deps: Pick<ApiDeps, 'hooks' | 'secrets'>) =>
  defineEndpoint({
    method: 'post',
    path: '/webhooks/{webhook_id}/rotate_secret',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Replace the secret',
    description:
      'For a while deliveries carry two signatures, of the new secret and of the one before it, so that the receiver can change over without losing one. A repeated request rotates again.',
    params: z.object({ webhook_id: uuidSchema }),
    body: rotationInputSchema,
    responses: {
      200: {
        description: 'The endpoint with its new secret.',
        schema: webhookWithSecretSchema,
        example: {
          ...exampleWebhook,
          old_secret_until: '2026-02-01T09:30:00.000Z',
          secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
        },
      },
    },
    problems: ['state_conflict'],
    async handler({ projectId, params: { webhook_id: webhookId }, body }) {
      const secret = newWebhookSecret();
      const sealed = deps.secrets.seal(secret, webhookSecretPlace(webhookId));
      const oldUntil = new Date(Date.now() + body.keep_old_seconds * 1000);
      const webhook = await deps.hooks.endpoints.rotate(projectId, webhookId, sealed, oldUntil);
      if (!webhook) throw notFound('webhook');
      return { status: 200, body: { ...webhook, secret } };
    },
  });
