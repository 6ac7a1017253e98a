import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

export const deleteWebhook = (deps: Pick<ApiDeps, 'hooks'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/webhooks/{webhook_id}',
    tag: 'Webhooks',
    access: 'runs',
    summary: 'Remove an endpoint',
    description: 'With its log; what was still to be delivered is not.',
    params: z.object({ webhook_id: uuidSchema }),
    responses: { 204: { description: 'It is gone.' } },
    async handler({ projectId, params }) {
      if (!(await deps.hooks.endpoints.remove(projectId, params.webhook_id))) throw notFound('webhook');
      await deps.hooks.deliveries.removeOfWebhook(projectId, params.webhook_id);
      return { status: 204 };
    },
  });
