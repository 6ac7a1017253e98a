import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { batchParams } from './batch-params.ts';
import { progressFrame } from './batch-streams.ts';
import { exampleBatch } from './example-batch.ts';

export const streamBatch = (deps: Pick<ApiDeps, 'batches' | 'batchStreams'>) =>
  defineEndpoint({
    method: 'get',
    path: '/batches/{batch_id}/stream',
    tag: 'Batches',
    access: 'read',
    summary: 'Watch a batch',
    description:
      'Server-Sent Events: `progress` with the batch as `GET /batches/{batch_id}` has it, at once and then when it has changed, at most once a second; `done` with the same comes last. Each event is the whole, so a ' +
      'client that was cut off just connects again.',
    params: batchParams,
    responses: {
      200: {
        description: 'The progress until the batch has ended.',
        contentType: 'text/event-stream',
        example: progressFrame(exampleBatch),
      },
    },
    async handler({ projectId, params, req, res }): Promise<undefined> {
      const batch = await deps.batches.get(projectId, params.batch_id);
      if (!batch) throw notFound('batch');
      await deps.batchStreams.open(req, res, batch);
    },
  });
