import { z } from 'zod';
import { assistantSchema } from '../../shared/domain/assistant.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleAssistant } from './example-assistant.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listAssistants = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'get',
    path: '/assistants',
    tag: 'Assistants',
    access: 'read',
    summary: 'List assistants',
    description: 'The assistants of the project in their newest versions, last created first.',
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of assistants.',
        schema: z.array(assistantSchema),
        headers: PAGE_HEADERS,
        example: [exampleAssistant],
      },
    },
    async handler({ projectId, query: { limit, cursor }, req }) {
      const after = decodeCursor(positionSchema, cursor)?.[0];
      const assistants = await deps.assistants.list(projectId, { limit: limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, assistants, limit, (last) => [last.assistant_id]) };
    },
  });
