import { finishedRunSchema } from '../../shared/domain/run.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleMessage, exampleRun } from './example-run.ts';
import { type FinishedRunDeps, finishedRun } from './finished-run.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';

export const joinRun = (deps: FinishedRunDeps): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'get',
      path: `${path}/join`,
      tag: 'Runs',
      access: 'read',
      summary: 'Wait for the end of a run',
      description: 'Answers when the run has ended or waits for the client; at once when it has already.',
      params: runParams(path),
      responses: {
        200: {
          description: 'The run.',
          schema: finishedRunSchema,
          example: { ...exampleRun, messages: [exampleMessage] },
        },
      },
      async handler(context) {
        const run = await findRun(deps, context.projectId, context.params);
        return { status: 200, body: await finishedRun(deps, run, context.signal) };
      },
    }),
  );
