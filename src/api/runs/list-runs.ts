import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { timeSchema } from '../../shared/domain/json.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { runStatusSchema } from '../../shared/domain/run-status.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleRun } from './example-run.ts';

const filters = {
  status: runStatusSchema.optional(),
  assistant_id: uuidSchema.optional(),
  batch_id: uuidSchema.optional(),
  schedule_id: uuidSchema.optional(),
  since: timeSchema.optional().meta({ description: 'Created at or after.' }),
};
const positionSchema = z.tuple([uuidSchema]);

const VARIANTS = [
  {
    path: '/runs',
    params: z.object({}),
    query: z.strictObject({ ...pageQuery, ...filters, thread_id: uuidSchema.optional() }),
  },
  {
    path: '/threads/{thread_id}/runs',
    params: z.object({ thread_id: uuidSchema }),
    query: z.strictObject({ ...pageQuery, ...filters }),
  },
] as const;

export const listRuns = (deps: Pick<ApiDeps, 'runs' | 'threads'>): Endpoint[] =>
  VARIANTS.map(({ path, params, query }) =>
    defineEndpoint({
      method: 'get',
      path,
      tag: 'Runs',
      access: 'read',
      summary: 'List runs',
      description: 'Newest first, filtered by status, assistant, batch, schedule and time of creation.',
      params,
      query,
      responses: {
        200: {
          description: 'A page of runs.',
          schema: z.array(runSchema),
          headers: PAGE_HEADERS,
          example: [exampleRun],
        },
      },
      async handler({ projectId, params: { thread_id: ofThread }, query: { limit, cursor, ...filter }, req }) {
        const { thread_id: named } = filter as { thread_id?: string };
        if (ofThread !== undefined && !(await deps.threads.get(projectId, ofThread))) throw notFound('thread');
        const [after] = decodeCursor(positionSchema, cursor) ?? [];
        const runs = await deps.runs.list(
          projectId,
          {
            status: filter.status,
            threadId: ofThread ?? named,
            assistantId: filter.assistant_id,
            batchId: filter.batch_id,
            scheduleId: filter.schedule_id,
            since: filter.since === undefined ? undefined : new Date(filter.since),
          },
          { limit: limit + 1, after },
        );
        return { status: 200, ...toPage(req.originalUrl, runs, limit, (last) => [last.run_id]) };
      },
    }),
  );
