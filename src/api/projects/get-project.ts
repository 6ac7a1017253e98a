import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { projectSchema } from '../../shared/domain/project.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleProject } from './example-project.ts';

export const getProject = (deps: Pick<ApiDeps, 'projects'>) =>
  defineEndpoint({
    method: 'get',
    path: '/projects/{project_id}',
    tag: 'Projects',
    access: 'admin',
    summary: 'Get a project',
    description: 'Its name and when it was made and changed.',
    params: z.object({ project_id: uuidSchema }),
    responses: { 200: { description: 'The project.', schema: projectSchema, example: exampleProject } },
    async handler({ params }) {
      const project = await deps.projects.get(params.project_id);
      if (!project) throw notFound('project');
      return { status: 200, body: project };
    },
  });
