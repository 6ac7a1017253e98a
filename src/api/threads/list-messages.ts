import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { messageSchema } from '../../shared/domain/message.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { limitSchema, nextPageHeaders, PAGE_HEADERS } from '../pagination.ts';
import { exampleState } from './example-state.ts';

export const listMessages = (deps: Pick<ApiDeps, 'threads' | 'reader'>) =>
  defineEndpoint({
    method: 'get',
    path: '/threads/{thread_id}/messages',
    tag: 'Threads',
    access: 'read',
    summary: 'List messages',
    description:
      'The newest page first; within a page the oldest message comes first, as one reads. A page costs what it holds, however long the thread is.',
    params: z.object({ thread_id: uuidSchema }),
    query: z.strictObject({
      limit: limitSchema(20),
      before: uuidSchema.optional().meta({ description: 'A message id; the page ends in front of it.' }),
    }),
    responses: {
      200: {
        description: 'A page of messages.',
        schema: z.array(messageSchema),
        headers: PAGE_HEADERS,
        example: exampleState.values.messages,
      },
    },
    problems: ['not_found', 'reference_not_found'],
    async handler({ projectId, params: { thread_id: threadId }, query, req }) {
      if (!(await deps.threads.get(projectId, threadId))) throw notFound('thread');
      const page = await deps.reader.page(projectId, threadId, query);
      if (!page)
        throw new AppError('reference_not_found', {
          detail: 'The message is not in the thread.',
          errors: [{ pointer: 'query/before', code: 'reference_not_found', message: 'No such message.' }],
        });
      return {
        status: 200,
        body: page.messages,
        headers: nextPageHeaders(req.originalUrl, 'before', page.more ? page.messages[0]?.id : undefined),
      };
    },
  });
