import { assistantInputSchema, assistantSchema } from '../../shared/domain/assistant.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleAssistant } from './example-assistant.ts';

export const createAssistant = (deps: Pick<ApiDeps, 'assistants' | 'once'>) =>
  defineEndpoint({
    method: 'post',
    path: '/assistants',
    tag: 'Assistants',
    access: 'runs',
    summary: 'Create an assistant',
    description: 'Version 1. Only `name` is required; limits that are absent get their defaults.',
    body: assistantInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new assistant.',
        schema: assistantSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: exampleAssistant,
      },
    },
    problems: ['not_found', ...IDEMPOTENCY.problems],
    async handler({ projectId, body, req }) {
      const { value: assistant, headers } = await deps.once(
        projectId,
        requestKey(idempotencyKey(req), ['create assistant', body]),
        {
          find: (key) => deps.assistants.byRequest(projectId, key),
          make: (key) => deps.assistants.create(projectId, body, key),
        },
      );
      return {
        status: 201,
        headers: { ...headers, Location: `/assistants/${assistant.assistant_id}` },
        body: assistant,
      };
    },
  });
