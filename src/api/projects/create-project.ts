import { projectInputSchema, projectSchema } from '../../shared/domain/project.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleProject } from './example-project.ts';

/** Where identical requests under way meet: they belong to no project. */
const NO_PROJECT = 'projects';

export const createProject = (deps: Pick<ApiDeps, 'projects' | 'once'>) =>
  defineEndpoint({
    method: 'post',
    path: '/projects',
    tag: 'Projects',
    access: 'admin',
    summary: 'Create a project',
    description: 'Empty, and without keys: make some next.',
    body: projectInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new project.',
        schema: projectSchema,
        headers: { Location: 'Its path.', ...IDEMPOTENCY.responseHeaders },
        example: exampleProject,
      },
    },
    problems: ['not_found', ...IDEMPOTENCY.problems],
    async handler({ body, req }) {
      const key = requestKey(idempotencyKey(req), ['create project', body]);
      const { value: project, headers } = await deps.once(NO_PROJECT, key, {
        find: (known) => deps.projects.byRequest(known),
        make: (known) => deps.projects.create(body, known),
      });
      return { status: 201, headers: { ...headers, Location: `/projects/${project.project_id}` }, body: project };
    },
  });
