import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { projectInputSchema, projectSchema } from '../../shared/domain/project.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleProject } from './example-project.ts';

export const patchProject = (deps: Pick<ApiDeps, 'projects'>) =>
  defineEndpoint({
    method: 'patch',
    path: '/projects/{project_id}',
    tag: 'Projects',
    access: 'admin',
    summary: 'Rename a project',
    description: 'Ids and keys stay.',
    params: z.object({ project_id: uuidSchema }),
    body: projectInputSchema,
    responses: { 200: { description: 'The project.', schema: projectSchema, example: exampleProject } },
    async handler({ params, body }) {
      const project = await deps.projects.rename(params.project_id, body.name);
      if (!project) throw notFound('project');
      return { status: 200, body: project };
    },
  });
