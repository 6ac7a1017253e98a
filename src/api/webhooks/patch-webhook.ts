import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { webhookPatchSchema, webhookSchema } from '../../shared/domain/webhook.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { checkTarget } from './check-target.ts';
import { exampleWebhook } from './example-webhook.ts';

export const patchWebhook = (deps: Pick<ApiDeps, 'hooks' | 'outbound'>) =>
  defineEndpoint({
    method: 'patch',
    path: '/webhooks/{webhook_id}',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Change an endpoint',
    description:
      'Deliveries that are still to be made go to the new URL. While it is disabled nothing new is recorded for it, and what is due waits; enabling one that Skein disabled clears the reason.',
    params: z.object({ webhook_id: uuidSchema }),
    body: webhookPatchSchema,
    responses: { 200: { description: 'The endpoint.', schema: webhookSchema, example: exampleWebhook } },
    problems: ['url_not_allowed'],
    async handler({ projectId, params, body }) {
      if (!(await deps.hooks.endpoints.get(projectId, params.webhook_id))) throw notFound('webhook');
      if (body.url !== undefined) await checkTarget(deps, body.url);
      const webhook = await deps.hooks.endpoints.patch(projectId, params.webhook_id, body);
      if (!webhook) throw notFound('webhook');
      deps.hooks.runHooks.forget();
      return { status: 200, body: webhook };
    },
  });
