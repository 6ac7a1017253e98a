import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { plainText, timeSchema } from '../../shared/domain/json.ts';
import { threadSchema } from '../../shared/domain/thread.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleThread } from './example-thread.ts';

const positionSchema = z.tuple([timeSchema, uuidSchema]);

export const listThreads = (deps: Pick<ApiDeps, 'threads'>) =>
  defineEndpoint({
    method: 'get',
    path: '/threads',
    tag: 'Threads',
    access: 'read',
    summary: 'List threads',
    description:
      'The threads of the project, most recently updated first. A thread that is updated while you page moves to the front.',
    query: z.strictObject({
      ...pageQuery,
      search: plainText(200)
        .min(1)
        .optional()
        .meta({ description: 'Only threads with this text in their name, in whatever case.' }),
    }),
    responses: {
      200: {
        description: 'A page of threads.',
        schema: z.array(threadSchema),
        headers: PAGE_HEADERS,
        example: [exampleThread],
      },
    },
    async handler({ projectId, query: { limit, cursor, search }, req }) {
      const position = decodeCursor(positionSchema, cursor);
      const after = position && { updatedAt: new Date(position[0]), threadId: position[1] };
      const threads = await deps.threads.list(projectId, { limit: limit + 1, after, search });
      const page = toPage(req.originalUrl, threads, limit, (last) => [last.updated_at, last.thread_id]);
      return { status: 200, ...page };
    },
  });
