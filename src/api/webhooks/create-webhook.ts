import { type Webhook, webhookInputSchema, webhookWithSecretSchema } from '../../shared/domain/webhook.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import { newWebhookSecret, webhookSecretPlace } from '../../shared/webhooks/webhook-secret.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { checkTarget } from './check-target.ts';
import { exampleWebhook } from './example-webhook.ts';

export const createWebhook = (deps: Pick<ApiDeps, 'hooks' | 'outbound' | 'secrets' | 'once'>) =>
  defineEndpoint({
    method: 'post',
    path: '/webhooks',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Add an endpoint',
    description:
      'It hears of runs that end from now on. The answer shows the secret that deliveries are signed with, once. A repeated request (same Idempotency-Key) makes no second endpoint and cannot show ' +
      'the secret again (`secret` is null); if the answer was lost, rotate it.',
    body: webhookInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new endpoint.',
        schema: webhookWithSecretSchema,
        headers: IDEMPOTENCY.responseHeaders,
        example: { ...exampleWebhook, last_delivered_at: null, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD' },
      },
    },
    problems: ['url_not_allowed', ...IDEMPOTENCY.problems],
    async handler({ projectId, body, req }) {
      const { value, replayed, headers } = await deps.once<{ webhook: Webhook; secret: string | null }>(
        projectId,
        requestKey(idempotencyKey(req), ['create webhook', body]),
        {
          async find(known) {
            const webhook = await deps.hooks.endpoints.byRequest(projectId, known);
            return webhook && { webhook, secret: null };
          },
          async make(known) {
            await checkTarget(deps, body.url);
            const secret = newWebhookSecret();
            const seal = (id: string): string => deps.secrets.seal(secret, webhookSecretPlace(id));
            return { webhook: await deps.hooks.endpoints.create(projectId, body, seal, known), secret };
          },
        },
      );
      deps.hooks.runHooks.forget();
      return { status: 201, headers, body: { ...value.webhook, secret: replayed ? null : value.secret } };
    },
  });
