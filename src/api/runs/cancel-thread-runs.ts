import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import { defineEndpoint } from '../endpoint.ts';
import { type CancelDeps, cancel, cancelQuery } from './cancel-run.ts';
import { exampleRun } from './example-run.ts';

export const cancelThreadRuns = (deps: CancelDeps) =>
  defineEndpoint({
    method: 'post',
    path: '/threads/{thread_id}/runs/cancel',
    tag: 'Runs',
    access: 'runs',
    summary: 'Cancel all runs of a thread',
    description:
      'Works before the client knows a run id: everything queued or active on the thread is cancelled. Those that wait are cancelled first, so none starts in between.',
    params: z.object({ thread_id: uuidSchema }),
    query: cancelQuery,
    responses: {
      200: {
        description: 'The runs that were open, as they stand now.',
        schema: z.array(runSchema),
        example: [{ ...exampleRun, status: 'cancelled' }],
      },
    },
    async handler(context) {
      const { projectId, params, query } = context;
      if (!(await deps.threads.get(projectId, params.thread_id))) throw notFound('thread');
      const open = await deps.runs.open(projectId, params.thread_id);
      const cancelled = [];
      for (const run of open.toReversed())
        cancelled.push((await cancel(deps, run, query.wait, () => context.signal)).body);
      return { status: 200, body: cancelled.reverse() };
    },
  });
