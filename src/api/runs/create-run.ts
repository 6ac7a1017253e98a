import { runSchema } from '../../shared/domain/run.ts';
import { type StartRunDeps, startRun } from '../../shared/runs/start-run.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS, CREATE_PATHS, CREATE_PROBLEMS, toRunInput } from './create-paths.ts';
import { exampleRun } from './example-run.ts';
import { runLocation } from './run-paths.ts';

export const createRun = (deps: StartRunDeps): Endpoint[] =>
  CREATE_PATHS.map(({ prefix, params, body }) =>
    defineEndpoint({
      method: 'post',
      path: `${prefix}/runs`,
      tag: 'Runs',
      access: 'runs',
      summary: 'Start a run in the background',
      description:
        'Answers as soon as the run is accepted. From then on it ends in exactly one terminal state, whatever crashes.',
      params,
      body,
      requestHeaders: IDEMPOTENCY.requestHeaders,
      responses: {
        202: {
          description: 'Accepted.',
          schema: runSchema,
          headers: CREATE_HEADERS,
          example: { ...exampleRun, status: 'queued' },
        },
      },
      problems: CREATE_PROBLEMS,
      async handler({ projectId, params: path, body: input, req }) {
        const { run, headers } = await startRun(deps, projectId, toRunInput(path, input), idempotencyKey(req));
        return {
          status: 202,
          body: run,
          headers: { 'Content-Location': runLocation(run), ...headers },
        };
      },
    }),
  );
