import { z } from 'zod';
import { threadStateSchema } from '../../shared/domain/checkpoint.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleState } from './example-state.ts';
import { emptyState, toThreadState, unknownCheckpoint } from './thread-state.ts';

export const getState = (deps: Pick<ApiDeps, 'threads' | 'runs' | 'log' | 'reader'>) =>
  defineEndpoint({
    method: 'get',
    path: '/threads/{thread_id}/state',
    tag: 'Threads',
    access: 'read',
    summary: 'Get the state of a thread',
    description:
      'All messages, as they are now or right after a checkpoint. For the end of a long thread, `/messages` is cheaper.',
    params: z.object({ thread_id: uuidSchema }),
    query: z.strictObject({ checkpoint_id: uuidSchema.optional() }),
    responses: { 200: { description: 'The state.', schema: threadStateSchema, example: exampleState } },
    problems: ['not_found', 'reference_not_found'],
    async handler({ projectId, params: { thread_id: threadId }, query: { checkpoint_id: checkpointId } }) {
      const thread = await deps.threads.get(projectId, threadId);
      if (!thread) throw notFound('thread');
      const checkpoint = checkpointId
        ? await deps.log.byId(projectId, threadId, checkpointId)
        : await deps.log.head(projectId, threadId);
      if (!checkpoint && checkpointId) throw unknownCheckpoint('query/checkpoint_id');
      if (!checkpoint) return { status: 200, body: emptyState(thread.created_at) };
      const [messages, parent, holder] = await Promise.all([
        deps.reader.at(checkpoint),
        checkpoint.parent === 0 ? null : deps.log.byVersion(projectId, threadId, checkpoint.parent),
        checkpointId ? null : deps.runs.active(projectId, threadId),
      ]);
      return { status: 200, body: toThreadState({ checkpoint, parent, messages }, holder) };
    },
  });
