import { z } from 'zod';
import { assistantSchema } from '../../shared/domain/assistant.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleAssistant } from './example-assistant.ts';

const positionSchema = z.tuple([z.int().min(1)]);

export const listVersions = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'get',
    path: '/assistants/{assistant_id}/versions',
    tag: 'Assistants',
    access: 'read',
    summary: 'List the versions of an assistant',
    description: 'Newest first, the current one included.',
    params: z.object({ assistant_id: uuidSchema }),
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of versions.',
        schema: z.array(assistantSchema),
        headers: PAGE_HEADERS,
        example: [{ ...exampleAssistant, version: 2 }, exampleAssistant],
      },
    },
    async handler({ projectId, params, query: { limit, cursor }, req }) {
      const before = decodeCursor(positionSchema, cursor)?.[0];
      const versions = await deps.assistants.listVersions(projectId, params.assistant_id, { limit: limit + 1, before });
      if (!versions) throw notFound('assistant');
      return { status: 200, ...toPage(req.originalUrl, versions, limit, (last) => [last.version]) };
    },
  });
