import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { isTerminal } from '../../shared/domain/run-status.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { RunDocument } from '../../shared/mongo/documents.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS } from '../runs/create-paths.ts';
import { exampleRun } from '../runs/example-run.ts';
import { runLocation } from '../runs/run-paths.ts';
import { type Repeat, type StartRunDeps, startRun } from '../runs/start-run.ts';

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
      const { run, headers } = await startRun(
        deps,
        old.project_id,
        {
          thread_id: old.thread_id,
          assistant_id: old.assistant_id,
          input: old.input,
          multitask_strategy: 'enqueue',
          metadata: { ...old.metadata, retry_of: old._id },
          lane: old.lane,
        },
        idempotencyKey(req),
        { options: old.options, seq: old.seq, from: await placeOf(deps, old) },
      );
      return {
        status: 202,
        body: run,
        headers: { 'Content-Location': runLocation(run), ...headers },
      };
    },
  });

/** Where a repetition starts: before the old run's steps when they are the newest, where that would have started when it has none, else at the end of the thread. */
async function placeOf(deps: Pick<ApiDeps, 'log'>, old: RunDocument): Promise<Repeat['from']> {
  const head = await deps.log.head(old.project_id, old.thread_id);
  if (head?.run_id === old._id) return { rollback_of: old._id };
  const committed = await deps.log.ofRun(old.project_id, old._id);
  if (committed.length > 0) return {};
  return {
    ...(old.base_version === undefined ? {} : { base_version: old.base_version }),
    ...(old.rollback_of === undefined ? {} : { rollback_of: old.rollback_of }),
  };
}
