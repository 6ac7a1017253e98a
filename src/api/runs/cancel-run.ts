import { z } from 'zod';
import { type Run, runSchema } from '../../shared/domain/run.ts';
import { isTerminal } from '../../shared/domain/run-status.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { exampleRun } from './example-run.ts';
import { type FinishedRunDeps, finishedRun } from './finished-run.ts';
import { findRun, RUN_PATHS, runParams } from './run-paths.ts';

export type CancelDeps = FinishedRunDeps & Pick<ApiDeps, 'canceller' | 'threads'>;

/** `0` and `false` mean no: some clients send booleans as digits. */
export const cancelQuery = z.strictObject({
  wait: z
    .enum(['true', 'false', '1', '0'])
    .default('false')
    .transform((text) => text === 'true' || text === '1')
    .meta({
      description: 'Answer only when the run has ended and its model call has stopped.',
      override: ({ jsonSchema }) =>
        void Object.assign(jsonSchema, { type: 'boolean', default: false, enum: undefined }),
    }),
});

export const cancelResponses = {
  200: { description: 'The run has ended.', schema: runSchema, example: { ...exampleRun, status: 'cancelled' } },
  202: {
    description: 'The wish is stored; the run is stopping.',
    schema: runSchema,
    example: { ...exampleRun, status: 'cancelling' },
  },
} as const;

/** Without pub/sub the end is found by looking; the promise of 6 s is mostly the worker's heartbeat. */
const CANCEL_LOOK_MS = 500;

/** Stores the wish and, with `wait`, waits for the end. */
export async function cancel(deps: CancelDeps, run: Run, wait: boolean, signal: () => AbortSignal) {
  const now = await deps.canceller.cancel(run.project_id, run.run_id);
  if (!now) throw notFound('run');
  if (isTerminal(now.status)) return { status: 200, body: now } as const;
  if (!wait) return { status: 202, body: now } as const;
  const { messages: _, ...ended } = await finishedRun(deps, now, signal(), CANCEL_LOOK_MS);
  return { status: 200, body: ended } as const;
}

export const cancelRun = (deps: CancelDeps): Endpoint[] =>
  RUN_PATHS.map((path) =>
    defineEndpoint({
      method: 'post',
      path: `${path}/cancel`,
      tag: 'Runs',
      access: 'runs',
      summary: 'Cancel a run',
      description:
        'Durable and safe to repeat. A run that nobody executes ends at once; otherwise its worker stops the model call, keeps the steps it has committed and ends the run as `cancelled`. ' +
        'A run that has ended is answered as it is.',
      params: runParams(path),
      query: cancelQuery,
      responses: cancelResponses,
      async handler(context) {
        const run = await findRun(deps, context.projectId, context.params);
        return cancel(deps, run, context.query.wait, () => context.signal);
      },
    }),
  );
