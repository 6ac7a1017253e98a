import { threadInputSchema, threadSchema } from '../../shared/domain/thread.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { ApiDeps } from '../api-deps.ts';
import { assistantMustExist } from '../assistants/assistant-must-exist.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleThread } from './example-thread.ts';

export const createThread = (deps: Pick<ApiDeps, 'threads' | 'assistants' | 'once'>) =>
  defineEndpoint({
    method: 'post',
    path: '/threads',
    tag: 'Threads',
    access: 'runs',
    summary: 'Create a thread',
    description:
      'Safe to repeat with an `Idempotency-Key`, or with a `thread_id` of your own and `if_exists: "do_nothing"`: the second call answers the thread of the first. A repeat does not bring back a thread ' +
      'that was deleted: with the key it is 404, for a day.',
    body: threadInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new thread.',
        schema: threadSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: exampleThread,
      },
      200: {
        description: 'The thread that was there (`if_exists: "do_nothing"`).',
        schema: threadSchema,
        example: exampleThread,
      },
    },
    problems: ['not_found', 'thread_exists', 'reference_not_found', ...IDEMPOTENCY.problems],
    async handler({ projectId, body, req }) {
      const { thread_id: threadId, assistant_id: assistantId, name, metadata, if_exists: ifExists } = body;
      try {
        const { value: thread, headers } = await deps.once(
          projectId,
          requestKey(idempotencyKey(req), ['create thread', body]),
          {
            find: (key) => deps.threads.byRequest(projectId, key),
            async make(key) {
              await assistantMustExist(deps.assistants, projectId, assistantId);
              return deps.threads.create(projectId, { threadId, name, assistantId, metadata, key });
            },
          },
        );
        return { status: 201, headers: { ...headers, Location: `/threads/${thread.thread_id}` }, body: thread };
      } catch (error) {
        const taken = error instanceof AppError && error.code === 'thread_exists';
        if (!taken || threadId === undefined || ifExists === 'raise') throw error;
        const existing = await deps.threads.get(projectId, threadId);
        if (!existing) throw error;
        return { status: 200, body: existing };
      }
    },
  });
