import { z } from 'zod';
import { assistantPatchSchema, assistantSchema } from '../../shared/domain/assistant.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleAssistant } from './example-assistant.ts';

export const patchAssistant = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'patch',
    path: '/assistants/{assistant_id}',
    tag: 'Assistants',
    access: 'runs',
    summary: 'Change an assistant',
    description:
      'Makes a new version. Fields that are absent stay, also single limits; `tools` and `metadata` are replaced as a whole. Runs that were accepted before keep the version they have.',
    params: z.object({ assistant_id: uuidSchema }),
    body: assistantPatchSchema,
    responses: {
      200: {
        description: 'The new version.',
        schema: assistantSchema,
        example: { ...exampleAssistant, version: 2, instructions: 'Answer in French.' },
      },
    },
    problems: ['state_conflict'],
    async handler({ projectId, params, body }) {
      const assistant = await deps.assistants.patch(projectId, params.assistant_id, body);
      if (!assistant) throw notFound('assistant');
      return { status: 200, body: assistant };
    },
  });
