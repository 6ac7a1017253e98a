import { z } from 'zod';
import { assistantSchema } from '../../shared/domain/assistant.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleAssistant } from './example-assistant.ts';

export const getAssistant = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'get',
    path: '/assistants/{assistant_id}',
    tag: 'Assistants',
    access: 'read',
    summary: 'Get an assistant',
    description: 'The newest version.',
    params: z.object({ assistant_id: uuidSchema }),
    responses: { 200: { description: 'The assistant.', schema: assistantSchema, example: exampleAssistant } },
    async handler({ projectId, params }) {
      const assistant = await deps.assistants.get(projectId, params.assistant_id);
      if (!assistant) throw notFound('assistant');
      return { status: 200, body: assistant };
    },
  });
