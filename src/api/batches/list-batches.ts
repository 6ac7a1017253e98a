import { z } from 'zod';
import { batchSchema } from '../../shared/domain/batch.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleBatch } from './example-batch.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listBatches = (deps: Pick<ApiDeps, 'batches'>) =>
  defineEndpoint({
    method: 'get',
    path: '/batches',
    tag: 'Batches',
    access: 'read',
    summary: 'List batches',
    description: 'Newest first.',
    query: z.strictObject(pageQuery),
    responses: {
      200: { description: 'A page.', schema: z.array(batchSchema), headers: PAGE_HEADERS, example: [exampleBatch] },
    },
    async handler({ projectId, query, req }) {
      const [after] = decodeCursor(positionSchema, query.cursor) ?? [];
      const batches = await deps.batches.list(projectId, { limit: query.limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, batches, query.limit, (last) => [last.batch_id]) };
    },
  });
