import { batchSchema, isFinished } from '../../shared/domain/batch.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { batchParams } from './batch-params.ts';
import { exampleBatch } from './example-batch.ts';

export const cancelBatch = (deps: Pick<ApiDeps, 'batches' | 'batchNudge'>) =>
  defineEndpoint({
    method: 'post',
    path: '/batches/{batch_id}/cancel',
    tag: 'Batches',
    access: 'runs',
    summary: 'Cancel a batch',
    description:
      'Durable and safe to repeat. No new run is made from then on; those that are open are cancelled. Items without a run count as cancelled; what has completed stays. A batch that has ended is answered as it is.',
    params: batchParams,
    responses: {
      200: { description: 'It has ended.', schema: batchSchema, example: { ...exampleBatch, status: 'cancelled' } },
      202: {
        description: 'The wish is stored; its runs are stopping.',
        schema: batchSchema,
        example: { ...exampleBatch, status: 'cancelling' },
      },
    },
    problems: ['state_conflict'],
    async handler({ projectId, params }) {
      const batch = await deps.batches.requestCancel(projectId, params.batch_id);
      if (!batch) throw notFound('batch');
      deps.batchNudge();
      return { status: isFinished(batch.status) ? 200 : 202, body: await deps.batches.present(batch) };
    },
  });
