import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { projectSchema } from '../../shared/domain/project.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleProject } from './example-project.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listProjects = (deps: Pick<ApiDeps, 'projects'>) =>
  defineEndpoint({
    method: 'get',
    path: '/projects',
    tag: 'Projects',
    access: 'admin',
    summary: 'List projects',
    description: 'Last created first; the default project, which is always there, is the last one.',
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of projects.',
        schema: z.array(projectSchema),
        headers: PAGE_HEADERS,
        example: [exampleProject],
      },
    },
    async handler({ query: { limit, cursor }, req }) {
      const after = decodeCursor(positionSchema, cursor)?.[0];
      const projects = await deps.projects.list({ limit: limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, projects, limit, (last) => [last.project_id]) };
    },
  });
