import { batchSchema, isFinished } from '../../shared/domain/batch.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { batchParams } from './batch-params.ts';
import { exampleBatch } from './example-batch.ts';

export const retryBatch = (deps: Pick<ApiDeps, 'batches' | 'batchNudge'>) =>
  defineEndpoint({
    method: 'post',
    path: '/batches/{batch_id}/retry_failed',
    tag: 'Batches',
    access: 'runs',
    summary: 'Run failed items again',
    description:
      'For a batch that has ended: every item that did not complete (failed, cancelled, expired, incomplete) gets a new run with the same input and the same version of its assistant. Results show the newest run; ' +
      'the earlier ones stay to be read. The batch works again, and ends again. A repeat with the same `Idempotency-Key` starts nothing more.',
    params: batchParams,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      200: {
        description: 'Every item has completed: there is nothing to run again.',
        schema: batchSchema,
        example: { ...exampleBatch, status: 'completed' },
      },
      202: {
        description: 'It works again.',
        schema: batchSchema,
        headers: IDEMPOTENCY.responseHeaders,
        example: exampleBatch,
      },
    },
    problems: ['batch_not_ended', 'invalid_idempotency_key'],
    async handler({ projectId, params, req }) {
      const key = idempotencyKey(req);
      const batch = await deps.batches.find(projectId, params.batch_id);
      if (!batch) throw notFound('batch');
      if (key !== undefined && batch.retry_key === key) {
        const headers = { 'Idempotent-Replayed': 'true' };
        return { status: 202, headers, body: await deps.batches.present(batch) };
      }
      if (isFinished(batch.status) && batch.counts?.completed === batch.received)
        return { status: 200, body: await deps.batches.present(batch) };
      const again = await deps.batches.requestRetry(projectId, params.batch_id, key);
      if (!again) throw new AppError('batch_not_ended', { detail: 'Wait for its end, or cancel it.' });
      deps.batchNudge();
      return { status: 202, body: await deps.batches.present(again) };
    },
  });
