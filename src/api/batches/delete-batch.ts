import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { batchParams } from './batch-params.ts';

export const deleteBatch = (deps: Pick<ApiDeps, 'batches' | 'batchNudge'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/batches/{batch_id}',
    tag: 'Batches',
    access: 'runs',
    summary: 'Delete a batch',
    description:
      'It is gone at once; a worker then stops its open runs and removes its items, and the threads that were made for it with their runs. Threads that items named stay, with the runs on them.',
    params: batchParams,
    responses: { 204: { description: 'It is gone.' } },
    async handler({ projectId, params }) {
      if (!(await deps.batches.markDeleted(projectId, params.batch_id))) throw notFound('batch');
      deps.batchNudge();
      return { status: 204 };
    },
  });
