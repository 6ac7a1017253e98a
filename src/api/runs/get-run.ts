import { runDetailSchema } from '../../shared/domain/run-wait.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleRun } from './example-run.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';

export const getRun = (deps: Pick<ApiDeps, 'runs' | 'explainWait'>): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'get',
      path,
      tag: 'Runs',
      access: 'read',
      summary: 'Get a run',
      description:
        'Where it stands and its whole timeline: accepted, dispatched, started, first token, finished, attempts, usage and error. While it is queued, `waiting` says why it has not started.',
      params: runParams(path),
      responses: {
        200: { description: 'The run.', schema: runDetailSchema, example: { ...exampleRun, waiting: null } },
      },
      async handler({ projectId, params }) {
        const run = await findRun(deps, projectId, params);
        return { status: 200, body: { ...run, waiting: await deps.explainWait(run) } };
      },
    }),
  );
