import { z } from 'zod';
import { runStepSchema } from '../../shared/domain/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';
import { exampleStep, toRunSteps } from './to-run-steps.ts';

export const listSteps = (deps: Pick<ApiDeps, 'runs' | 'log'>): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'get',
      path: `${path}/steps`,
      tag: 'Runs',
      access: 'read',
      summary: 'Inspect the steps of a run',
      description: 'Each model call and tool call in order, with duration, tokens, finish reason, attempt and error.',
      params: runParams(path),
      responses: { 200: { description: 'All steps so far.', schema: z.array(runStepSchema), example: [exampleStep] } },
      async handler({ projectId, params }) {
        const run = await findRun(deps, projectId, params);
        const checkpoints = await deps.log.ofRun(projectId, run.run_id);
        return { status: 200, body: checkpoints.flatMap(toRunSteps) };
      },
    }),
  );
