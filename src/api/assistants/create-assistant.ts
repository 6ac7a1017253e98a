import { assistantInputSchema, assistantSchema } from '../../shared/domain/assistant.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleAssistant } from './example-assistant.ts';

export const createAssistant = (deps: Pick<ApiDeps, 'assistants'>) =>
  defineEndpoint({
    method: 'post',
    path: '/assistants',
    tag: 'Assistants',
    summary: 'Create an assistant',
    description: 'Version 1. Only `name` is required; limits that are absent get their defaults.',
    body: assistantInputSchema,
    responses: {
      201: {
        description: 'The new assistant.',
        schema: assistantSchema,
        headers: { Location: 'Its path.' },
        example: exampleAssistant,
      },
    },
    async handler({ projectId, body }) {
      const assistant = await deps.assistants.create(projectId, body);
      return { status: 201, headers: { Location: `/assistants/${assistant.assistant_id}` }, body: assistant };
    },
  });
