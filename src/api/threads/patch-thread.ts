import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { threadPatchSchema, threadSchema } from '../../shared/domain/thread.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { assistantMustExist } from '../assistants/assistant-must-exist.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleThread } from './example-thread.ts';

export const patchThread = (deps: Pick<ApiDeps, 'threads' | 'assistants'>) =>
  defineEndpoint({
    method: 'patch',
    path: '/threads/{thread_id}',
    tag: 'Threads',
    access: 'runs',
    summary: 'Change a thread',
    description:
      'Fields that are absent stay; `metadata` is replaced as a whole. Runs that were accepted before keep their assistant.',
    params: z.object({ thread_id: uuidSchema }),
    body: threadPatchSchema,
    responses: {
      200: {
        description: 'The thread as it is now.',
        schema: threadSchema,
        example: { ...exampleThread, name: 'Lisbon and Porto' },
      },
    },
    problems: ['reference_not_found'],
    async handler({ projectId, params, body }) {
      if (body.assistant_id !== undefined) await assistantMustExist(deps.assistants, projectId, body.assistant_id);
      const thread = await deps.threads.patch(projectId, params.thread_id, body);
      if (!thread) throw notFound('thread');
      return { status: 200, body: thread };
    },
  });
