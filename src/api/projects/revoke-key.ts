import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

export const revokeKey = (deps: Pick<ApiDeps, 'projects' | 'apiKeys'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/projects/{project_id}/keys/{key_id}',
    tag: 'Projects',
    access: 'admin',
    summary: 'Revoke a key',
    description:
      'For good. No process takes it any more after `KEY_CACHE_MS` (10 seconds), and streams and waits that it opened are cut off within twice that. Runs it started go on. Safe to repeat.',
    params: z.object({ project_id: uuidSchema, key_id: uuidSchema }),
    responses: { 204: { description: 'It is revoked.' } },
    async handler({ params }) {
      if (!(await deps.projects.get(params.project_id))) throw notFound('project');
      if (!(await deps.apiKeys.revoke(params.project_id, params.key_id))) throw notFound('key');
      return { status: 204 };
    },
  });
