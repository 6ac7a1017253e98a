import { finishedRunSchema } from '../../shared/domain/run.ts';
import { type StartRunDeps, startRun } from '../../shared/runs/start-run.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS, CREATE_PATHS, CREATE_PROBLEMS, toRunInput } from './create-paths.ts';
import { exampleMessage, exampleRun } from './example-run.ts';
import { type FinishedRunDeps, finishedRun } from './finished-run.ts';
import { runLocation } from './run-paths.ts';

export const waitRun = (deps: StartRunDeps & FinishedRunDeps): Endpoint[] =>
  CREATE_PATHS.map(({ prefix, params, body }) =>
    defineEndpoint({
      method: 'post',
      path: `${prefix}/runs/wait`,
      tag: 'Runs',
      access: 'runs',
      summary: 'Start a run and wait for its end',
      description:
        'Answers when the run has ended, or waits for the client (`requires_action`): the run with the messages it wrote. A failed run is a 200 with `status: failed`.',
      params,
      body,
      requestHeaders: IDEMPOTENCY.requestHeaders,
      responses: {
        200: {
          description: 'The run.',
          schema: finishedRunSchema,
          headers: CREATE_HEADERS,
          example: { ...exampleRun, messages: [exampleMessage] },
        },
      },
      problems: CREATE_PROBLEMS,
      async handler(context) {
        const { projectId, params: path, body: input, req, res } = context;
        const { run, headers } = await startRun(deps, projectId, toRunInput(path, input), idempotencyKey(req));
        res.set('Content-Location', runLocation(run));
        res.set(headers);
        return { status: 200, body: await finishedRun(deps, run, context.signal) };
      },
    }),
  );
