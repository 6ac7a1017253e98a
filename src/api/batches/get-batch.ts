import { batchSchema } from '../../shared/domain/batch.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { batchParams } from './batch-params.ts';
import { exampleBatch } from './example-batch.ts';

export const getBatch = (deps: Pick<ApiDeps, 'batches'>) =>
  defineEndpoint({
    method: 'get',
    path: '/batches/{batch_id}',
    tag: 'Batches',
    access: 'read',
    summary: 'Get a batch',
    description:
      'Where it stands, with the number of its items in each state. While it is uploading, `received` says where an upload that was cut off goes on.',
    params: batchParams,
    responses: { 200: { description: 'The batch.', schema: batchSchema, example: exampleBatch } },
    async handler({ projectId, params }) {
      const batch = await deps.batches.get(projectId, params.batch_id);
      if (!batch) throw notFound('batch');
      return { status: 200, body: batch };
    },
  });
