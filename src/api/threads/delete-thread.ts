import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

export const deleteThread = (deps: Pick<ApiDeps, 'remover'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/threads/{thread_id}',
    tag: 'Threads',
    access: 'runs',
    summary: 'Delete a thread',
    description:
      'With its messages, checkpoints, runs and events; nothing is left. An active run is cancelled first. It cannot be undone.',
    params: z.object({ thread_id: uuidSchema }),
    responses: { 204: { description: 'It is gone.' } },
    problems: ['not_found'],
    async handler({ projectId, params }) {
      if (!(await deps.remover.remove(projectId, params.thread_id))) throw notFound('thread');
      return { status: 204 };
    },
  });
