import type { AccessModels, ProjectDocument } from './access-models.ts';
import type { Models } from './models.ts';

/**
 * How many runs of a project may wait for a worker, and how many do, up to that; without those of batches.
 * @param usual how many, where the project has no limit of its own
 */
export type CountQueuedRuns = (projectId: string, usual: number) => Promise<{ max: number; queued: number }>;

export const createCountQueuedRuns =
  ({ runs, projects }: Pick<Models, 'runs'> & Pick<AccessModels, 'projects'>): CountQueuedRuns =>
  async (projectId, usual) => {
    const project = await projects.findOne({ _id: projectId }, { limits: 1 }).lean<Pick<ProjectDocument, 'limits'>>();
    const max = project?.limits?.queued_runs ?? usual;
    const filter = { status: 'queued', project_id: projectId, batch_id: null } as const;
    return { max, queued: await runs.countDocuments(filter).limit(max) };
  };
