import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { projectPatchSchema, projectSchema } from '../../shared/domain/project.ts';
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
    summary: 'Change a project',
    description:
      'Its name, and limits of its own; those that are left out stay as they are. Every process knows of them within seconds. Ids and keys stay.',
    params: z.object({ project_id: uuidSchema }),
    body: projectPatchSchema,
    responses: { 200: { description: 'The project.', schema: projectSchema, example: exampleProject } },
    async handler({ params, body }) {
      const project = await deps.projects.patch(params.project_id, body);
      if (!project) throw notFound('project');
      return { status: 200, body: project };
    },
  });
