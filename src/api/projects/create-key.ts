import { z } from 'zod';
import { type ApiKey, apiKeyInputSchema, createdApiKeySchema } from '../../shared/domain/api-key.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { ApiDeps } from '../api-deps.ts';
import { newApiKey, shownPrefix } from '../auth/api-key-text.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleKey } from './example-project.ts';

export const createKey = (deps: Pick<ApiDeps, 'projects' | 'apiKeys' | 'keyHash' | 'once'>) =>
  defineEndpoint({
    method: 'post',
    path: '/projects/{project_id}/keys',
    tag: 'Projects',
    access: 'admin',
    summary: 'Make a key',
    description:
      'The answer shows the key, once: only a hash of it is stored. A repeated request (same Idempotency-Key) makes no second key and cannot show the first again (`key` is null); if its ' +
      'answer was lost, revoke it and make another.',
    params: z.object({ project_id: uuidSchema }),
    body: apiKeyInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new key.',
        schema: createdApiKeySchema,
        headers: IDEMPOTENCY.responseHeaders,
        example: { ...exampleKey, last_used_at: null, key: 'skein_4kX9Tc…' },
      },
    },
    problems: IDEMPOTENCY.problems,
    async handler({ params: { project_id: projectId }, body, req }) {
      if (!(await deps.projects.get(projectId))) throw notFound('project');
      const { value, replayed, headers } = await deps.once<{ apiKey: ApiKey; key: string | null }>(
        projectId,
        requestKey(idempotencyKey(req), ['create key', body]),
        {
          async find(known) {
            const apiKey = await deps.apiKeys.byRequest(projectId, known);
            return apiKey && { apiKey, key: null };
          },
          async make(known) {
            const key = newApiKey();
            const secret = { hash: deps.keyHash(key), prefix: shownPrefix(key) };
            return { apiKey: await deps.apiKeys.create(projectId, body, secret, known), key };
          },
        },
      );
      return { status: 201, headers, body: { ...value.apiKey, key: replayed ? null : value.key } };
    },
  });
