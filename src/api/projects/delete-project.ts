import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';

export const deleteProject = (deps: Pick<ApiDeps, 'projects'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/projects/{project_id}',
    tag: 'Projects',
    access: 'admin',
    summary: 'Delete a project',
    description:
      'With its keys, which then end as revoked ones do. Refused while it has threads, runs or assistants; the default project stays.',
    params: z.object({ project_id: uuidSchema }),
    responses: { 204: { description: 'It is gone.' } },
    problems: ['project_not_deletable'],
    async handler({ params }) {
      if (!(await deps.projects.remove(params.project_id))) throw notFound('project');
      return { status: 204 };
    },
  });
