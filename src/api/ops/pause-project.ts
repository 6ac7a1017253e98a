import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { projectSchema } from '../../shared/domain/project.ts';
import { laneSchema } from '../../shared/domain/run.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleProject } from '../projects/example-project.ts';

const VARIANTS = [
  {
    action: 'pause',
    paused: true,
    summary: 'Pause a project',
    description:
      'Its runs are accepted as before and wait; no further one is put on the queue, at once, or within five seconds where Redis lost the message. Those on the queue already, at most its window, are still started, and those under way go on. ' +
      'One that waits for longer than a day expires. Safe to repeat.',
    example: { ...exampleProject, paused_at: '2026-01-31T09:30:00.000Z' },
  },
  {
    action: 'resume',
    paused: false,
    summary: 'Resume a project',
    description: 'Its waiting runs start again, oldest first. Safe to repeat.',
    example: exampleProject,
  },
] as const;

/** A key with the scope `ops` reaches its own project only. */
export const pauseProject = (
  deps: Pick<ApiDeps, 'projects' | 'pauseBell' | 'admission' | 'queueWatch' | 'logger'>,
): Endpoint[] =>
  VARIANTS.map(({ action, paused, summary, description, example }) =>
    defineEndpoint({
      method: 'post',
      path: `/ops/projects/{project_id}/${action}`,
      tag: 'Operations',
      access: 'ops',
      summary,
      description,
      params: z.object({ project_id: uuidSchema }),
      responses: { 200: { description: 'Done.', schema: projectSchema, example } },
      problems: ['not_found'],
      async handler({ params: { project_id }, caller: { projectId, keyId } }) {
        if (keyId !== null && project_id !== projectId) throw notFound('project');
        const project = await deps.projects.setPaused(project_id, paused);
        if (!project) throw notFound('project');
        await deps.pauseBell.ring();
        deps.queueWatch.forget();
        if (!paused) await admitWaiting(deps, project_id);
        return { status: 200, body: project };
      },
    }),
  );

async function admitWaiting(
  { admission, logger }: Pick<ApiDeps, 'admission' | 'logger'>,
  projectId: string,
): Promise<void> {
  for (const lane of laneSchema.options)
    await admission
      .refill(projectId, lane)
      .catch((err) => logger.warn({ err, project_id: projectId, lane }, 'the sweeper will admit what waits'));
}
