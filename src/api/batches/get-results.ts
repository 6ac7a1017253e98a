import { z } from 'zod';
import { batchResultSchema } from '../../shared/domain/batch.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { BatchDocument } from '../../shared/mongo/batch-models.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { invalid } from '../validate.ts';
import { batchParams } from './batch-params.ts';
import { exampleResult } from './example-batch.ts';
import { sendLines } from './send-lines.ts';

type ResultDeps = Pick<ApiDeps, 'batches' | 'batchResults'>;

const resultsQuery = z.strictObject({
  order: z.enum(['item', 'completion']).default('item').meta({
    description: '`item`: the order of the upload. `completion`: as they ended, to read on while the batch works.',
  }),
  after: z.string().max(64).optional().meta({
    description: 'Go on after this line: its `index`, or with `order=completion` its `run_id`.',
    example: '4999',
  }),
});

const badCursor = () =>
  invalid([{ pointer: 'query/after', code: 'invalid_cursor', message: 'is not from a line of this order' }]);

export const getResults = (deps: ResultDeps) =>
  defineEndpoint({
    method: 'get',
    path: '/batches/{batch_id}/results',
    tag: 'Batches',
    access: 'read',
    summary: 'Read the results of a batch',
    description:
      'One line of JSON for each item that has ended; of a batch that has ended, for every item. A connection that breaks in between was not the end: read on with `after`. While the batch works, `order=completion` can be read on ' +
      'again and again; its lines come two seconds late. An item that ran again shows its newest run.',
    params: batchParams,
    query: resultsQuery,
    responses: {
      200: {
        description: 'The results, one in each line.',
        contentType: 'application/x-ndjson',
        schema: batchResultSchema,
        example: exampleResult,
      },
    },
    async handler({ projectId, params, query, res }): Promise<undefined> {
      const batch = await deps.batches.find(projectId, params.batch_id);
      if (!batch) throw notFound('batch');
      await sendLines(res, await open(deps, batch, query));
    },
  });

async function open(
  { batchResults }: ResultDeps,
  batch: BatchDocument,
  { order, after }: z.output<typeof resultsQuery>,
) {
  switch (order) {
    case 'item':
      if (after !== undefined && !/^\d{1,8}$/.test(after)) throw badCursor();
      return batchResults.inOrder(batch, after === undefined ? -1 : Number(after));
    case 'completion': {
      if (after === undefined) return batchResults.asTheyEnded(batch, null);
      const { data: runId } = uuidSchema.safeParse(after);
      const from = runId === undefined ? null : await batchResults.endOf(batch, runId);
      if (!from) throw badCursor();
      return batchResults.asTheyEnded(batch, from);
    }
  }
}
