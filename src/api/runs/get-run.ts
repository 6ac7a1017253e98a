import { runSchema } from '../../shared/domain/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleRun } from './example-run.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';

export const getRun = (deps: Pick<ApiDeps, 'runs'>): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'get',
      path,
      tag: 'Runs',
      access: 'read',
      summary: 'Get a run',
      description:
        'Where it stands and its whole timeline: accepted, dispatched, started, first token, finished, attempts, usage and error.',
      params: runParams(path),
      responses: { 200: { description: 'The run.', schema: runSchema, example: exampleRun } },
      handler: async ({ projectId, params }) => ({ status: 200, body: await findRun(deps, projectId, params) }),
    }),
  );
