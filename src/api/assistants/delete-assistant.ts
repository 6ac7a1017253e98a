import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

export const deleteAssistant = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/assistants/{assistant_id}',
    tag: 'Assistants',
    access: 'runs',
    summary: 'Delete an assistant',
    description: 'With all its versions. Refused while a thread uses it.',
    params: z.object({ assistant_id: uuidSchema }),
    responses: { 204: { description: 'It is gone.' } },
    problems: ['assistant_in_use'],
    async handler({ projectId, params }) {
      if (!(await deps.assistants.remove(projectId, params.assistant_id))) throw notFound('assistant');
      return { status: 204 };
    },
  });
