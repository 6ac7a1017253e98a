import { z } from 'zod';
import { apiKeySchema } from '../../shared/domain/api-key.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleKey } from './example-project.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listKeys = (deps: Pick<ApiDeps, 'projects' | 'apiKeys'>) =>
  defineEndpoint({
    method: 'get',
    path: '/projects/{project_id}/keys',
    tag: 'Projects',
    access: 'admin',
    summary: 'List the keys of a project',
    description: 'Last made first, revoked ones too. The keys themselves are not stored; `prefix` tells them apart.',
    params: z.object({ project_id: uuidSchema }),
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of keys.',
        schema: z.array(apiKeySchema),
        headers: PAGE_HEADERS,
        example: [exampleKey],
      },
    },
    async handler({ params: { project_id: projectId }, query: { limit, cursor }, req }) {
      const after = decodeCursor(positionSchema, cursor)?.[0];
      if (!(await deps.projects.get(projectId))) throw notFound('project');
      const keys = await deps.apiKeys.list(projectId, { limit: limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, keys, limit, (last) => [last.key_id]) };
    },
  });
