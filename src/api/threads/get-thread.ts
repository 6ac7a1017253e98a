import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { threadSchema } from '../../shared/domain/thread.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleThread } from './example-thread.ts';

export const getThread = (deps: Pick<ApiDeps, 'threads'>) =>
  defineEndpoint({
    method: 'get',
    path: '/threads/{thread_id}',
    tag: 'Threads',
    access: 'read',
    summary: 'Get a thread',
    description: 'The thread without its messages; those are under `/messages` and `/state`.',
    params: z.object({ thread_id: uuidSchema }),
    responses: { 200: { description: 'The thread.', schema: threadSchema, example: exampleThread } },
    async handler({ projectId, params }) {
      const thread = await deps.threads.get(projectId, params.thread_id);
      if (!thread) throw notFound('thread');
      return { status: 200, body: thread };
    },
  });
