import { type Thread, threadInputSchema, threadSchema } from '../../shared/domain/thread.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { assistantMustExist } from '../assistants/assistant-must-exist.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleThread } from './example-thread.ts';

export const createThread = (deps: Pick<ApiDeps, 'threads' | 'assistants'>) =>
  defineEndpoint({
    method: 'post',
    path: '/threads',
    tag: 'Threads',
    summary: 'Create a thread',
    description:
      'Give a `thread_id` of your own and `if_exists: "do_nothing"` and the call is safe to repeat: the second one answers the thread of the first.',
    body: threadInputSchema,
    responses: {
      201: {
        description: 'The new thread.',
        schema: threadSchema,
        headers: { Location: 'Its path.' },
        example: exampleThread,
      },
      200: {
        description: 'The thread that was there (`if_exists: "do_nothing"`).',
        schema: threadSchema,
        example: exampleThread,
      },
    },
    problems: ['thread_exists', 'reference_not_found'],
    async handler({ projectId, body }) {
      await assistantMustExist(deps.assistants, projectId, body.assistant_id);
      const { thread_id: threadId, assistant_id: assistantId, name, metadata, if_exists: ifExists } = body;
      let thread: Thread;
      try {
        thread = await deps.threads.create(projectId, { threadId, name, assistantId, metadata });
      } catch (error) {
        const taken = error instanceof AppError && error.code === 'thread_exists';
        if (!taken || threadId === undefined || ifExists === 'raise') throw error;
        const existing = await deps.threads.get(projectId, threadId);
        if (!existing) throw error;
        return { status: 200, body: existing };
      }
      return { status: 201, headers: { Location: `/threads/${thread.thread_id}` }, body: thread };
    },
  });
