import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import type { Run } from '../../shared/domain/run.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';

/** A run is reached by its id alone and under its thread. */
export const RUN_PATHS = ['/runs/{run_id}', '/threads/{thread_id}/runs/{run_id}'] as const;

export const runParams = (path: (typeof RUN_PATHS)[number]) =>
  path.startsWith('/threads')
    ? z.object({ thread_id: uuidSchema, run_id: uuidSchema })
    : z.object({ run_id: uuidSchema });

/** The run of a path. @throws AppError not_found, also for the run of another thread or project. */
export async function findRun(
  deps: Pick<ApiDeps, 'runs'>,
  projectId: string,
  params: { run_id: string; thread_id?: string },
): Promise<Run> {
  const run = await deps.runs.get(projectId, params.run_id);
  if (!run || (params.thread_id !== undefined && run.thread_id !== params.thread_id)) throw notFound('run');
  return run;
}

/** Where a run is found, for `Content-Location`. */
export const runLocation = (run: Pick<Run, 'thread_id' | 'run_id'>): string =>
  `/threads/${run.thread_id}/runs/${run.run_id}`;
