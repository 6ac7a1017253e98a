import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { isTerminal } from '../../shared/domain/run-status.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { StartRunDeps } from '../../shared/runs/start-run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS } from '../runs/create-paths.ts';
import { exampleRun } from '../runs/example-run.ts';
import { runLocation } from '../runs/run-paths.ts';
import { repeatRun } from './repeat-run.ts';

export const retryRun = (deps: StartRunDeps & Pick<ApiDeps, 'anyRun'>): Endpoint =>
  defineEndpoint({
    method: 'post',
    path: '/ops/runs/{run_id}/retry',
    tag: 'Operations',
    access: 'ops',
    summary: 'Run a run again',
    description:
      'For a run that ended and did not complete: a new run with the same input, options, lane and thread; its `metadata.retry_of` names the old one. When nothing came after it on the thread, the new ' +
      'run takes its place: messages of the old one are left out of the state and stay in the history. Otherwise the input is added at the end.',
    params: z.object({ run_id: uuidSchema }),
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      202: {
        description: 'Accepted: the new run.',
        schema: runSchema,
        headers: CREATE_HEADERS,
        example: { ...exampleRun, status: 'queued', metadata: { retry_of: '0190a3b4-0000-7000-8000-000000000003' } },
      },
    },
    problems: [
      'not_found',
      'run_not_retryable',
      'reference_not_found',
      'queue_full',
      'too_many_queued_runs',
      ...IDEMPOTENCY.problems,
    ],
    async handler({ params, req, caller: { projectId, keyId } }) {
      const old = await deps.anyRun(params.run_id);
      if (!old || (keyId !== null && old.project_id !== projectId)) throw notFound('run');
      if (!isTerminal(old.status) || old.status === 'completed')
        throw new AppError('run_not_retryable', { detail: `The run is ${old.status}.` });
      const { run, headers } = await repeatRun(deps, old, idempotencyKey(req));
      return {
        status: 202,
        body: run,
        headers: { 'Content-Location': runLocation(run), ...headers },
      };
    },
  });
