import { z } from 'zod';
import { newId, uuidSchema } from '../../shared/domain/ids.ts';
import { toPreview } from '../../shared/domain/message-preview.ts';
import { type Thread, threadSchema } from '../../shared/domain/thread.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { RequestKey } from '../../shared/mongo/request-key.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleThread } from './example-thread.ts';

type Deps = Pick<ApiDeps, 'threads' | 'log' | 'reader' | 'once'>;

export const copyThread = (deps: Deps) =>
  defineEndpoint({
    method: 'post',
    path: '/threads/{thread_id}/copy',
    tag: 'Threads',
    access: 'runs',
    summary: 'Copy a thread',
    description:
      'A new thread with the same log: all checkpoints on all branches, with ids of their own. Runs are not copied; their messages keep the id of the run that wrote them.',
    params: z.object({ thread_id: uuidSchema }),
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The copy.',
        schema: threadSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: exampleThread,
      },
    },
    problems: ['not_found', ...IDEMPOTENCY.problems],
    async handler({ projectId, params, req }) {
      const { thread_id: original } = params;
      const { value: thread, headers } = await deps.once(
        projectId,
        requestKey(idempotencyKey(req), ['copy thread', original]),
        {
          find: (key) => deps.threads.byRequest(projectId, key),
          make: (key) => copy(deps, projectId, original, key),
        },
      );
      return { status: 201, headers: { ...headers, Location: `/threads/${thread.thread_id}` }, body: thread };
    },
  });

/** The log first and the thread last, complete: a copy that was interrupted is never seen. Of identical requests each copies the log, and those that come too late take theirs back. */
async function copy(deps: Deps, projectId: string, originalId: string, key: RequestKey | undefined): Promise<Thread> {
  const original = await deps.threads.get(projectId, originalId);
  if (!original) throw notFound('thread');
  const { name, assistant_id: assistantId, metadata } = original;
  const threadId = newId();
  await deps.log.copy(projectId, originalId, threadId);
  const { messages } = await deps.reader.tail(projectId, threadId, 1);
  const lastMessage = messages[0] ? toPreview(messages[0]) : null;
  try {
    return await deps.threads.create(projectId, { threadId, name, assistantId, metadata, lastMessage, key });
  } catch (error) {
    if (error instanceof AppError) await deps.log.removeOfThread(projectId, threadId);
    throw error;
  }
}
