import type { Models } from './models.ts';

/** How many runs of a project wait for a worker, up to `upTo`; without those of batches. */
export type CountQueuedRuns = (projectId: string, upTo: number) => Promise<number>;

export const createCountQueuedRuns =
  ({ runs }: Pick<Models, 'runs'>): CountQueuedRuns =>
  (projectId, upTo) =>
    runs.countDocuments({ status: 'queued', project_id: projectId, batch_id: null }).limit(upTo);
