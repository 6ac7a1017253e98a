import { z } from 'zod';
import { newId, uuidSchema } from '../../shared/domain/ids.ts';
import { toPreview } from '../../shared/domain/message-preview.ts';
import { threadSchema } from '../../shared/domain/thread.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleThread } from './example-thread.ts';

export const copyThread = (deps: Pick<ApiDeps, 'threads' | 'log' | 'reader'>) =>
  defineEndpoint({
    method: 'post',
    path: '/threads/{thread_id}/copy',
    tag: 'Threads',
    summary: 'Copy a thread',
    description:
      'A new thread with the same log: all checkpoints on all branches, with ids of their own. Runs are not copied; their messages keep the id of the run that wrote them.',
    params: z.object({ thread_id: uuidSchema }),
    responses: {
      201: {
        description: 'The copy.',
        schema: threadSchema,
        headers: { Location: 'Its path.' },
        example: exampleThread,
      },
    },
    problems: ['not_found'],
    async handler({ projectId, params }) {
      const original = await deps.threads.get(projectId, params.thread_id);
      if (!original) throw notFound('thread');
      // The log first and the thread last: a copy that was interrupted is never seen.
      const threadId = newId();
      await deps.log.copy(projectId, original.thread_id, threadId);
      const { name, assistant_id: assistantId, metadata } = original;
      await deps.threads.create(projectId, { threadId, name, assistantId, metadata });
      const { messages } = await deps.reader.tail(projectId, threadId, 1);
      if (messages[0]) await deps.threads.noteUpdate(projectId, threadId, toPreview(messages[0]));
      const copy = await deps.threads.get(projectId, threadId);
      if (!copy) throw notFound('thread');
      return { status: 201, body: copy, headers: { Location: `/threads/${threadId}` } };
    },
  });
