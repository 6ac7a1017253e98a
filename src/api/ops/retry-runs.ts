import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { timeSchema } from '../../shared/domain/json.ts';
import { laneSchema } from '../../shared/domain/run.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import type { RunDocument } from '../../shared/mongo/documents.ts';
import type { StartRunDeps } from '../../shared/runs/start-run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { repeatRun } from './repeat-run.ts';

const MAX_RUNS = 100;

const filterSchema = z
  .strictObject({
    since: timeSchema.meta({ description: 'Accepted at or after.' }),
    status: z
      .array(z.enum(['failed', 'expired', 'incomplete', 'cancelled']))
      .min(1)
      .max(4)
      .default(['failed']),
    code: z.string().min(1).max(100).optional().meta({ description: 'Only runs whose `last_error` has it.' }),
    lane: laneSchema.optional(),
    project_id: uuidSchema.optional().meta({ description: 'For the admin key; other keys reach their own project.' }),
    limit: z.int().min(1).max(MAX_RUNS).default(MAX_RUNS).meta({ description: 'How many runs to look at.' }),
    after: uuidSchema.optional().meta({ description: '`next` of the answer before.' }),
  })
  .meta({
    id: 'RetryFilter',
    example: { since: '2026-01-31T09:00:00.000Z', code: 'model_unavailable', lane: 'batch' },
  });

const resultSchema = z
  .object({
    retried: z.array(z.object({ run_id: uuidSchema, retry_id: uuidSchema })),
    refused: z.array(z.object({ run_id: uuidSchema, code: z.string() })),
    next: uuidSchema.nullable().meta({ description: 'Send it as `after`; null: there are no more.' }),
  })
  .meta({ id: 'RetryResult' });

export const retryRuns = (deps: StartRunDeps & Pick<ApiDeps, 'unfinishedRuns'>): Endpoint =>
  defineEndpoint({
    method: 'post',
    path: '/ops/runs/retry',
    tag: 'Operations',
    access: 'ops',
    summary: 'Run failed runs again',
    description:
      'Oldest first, up to 100 for one request; go on with `next`. Each is run again as by `POST /ops/runs/{run_id}/retry`, and by this call once only: a repeated request finds the runs that the first one made, ' +
      'so after a 5xx just send it again. What cannot be run again now (its assistant is gone, the queue is full) is in `refused`. Runs of a batch are left to the batch.',
    body: filterSchema,
    responses: {
      200: {
        description: 'What was done.',
        schema: resultSchema,
        example: {
          retried: [
            { run_id: '0190a3b4-0000-7000-8000-000000000003', retry_id: '0190a3b4-0000-7000-8000-000000000004' },
          ],
          refused: [],
          next: null,
        },
      },
    },
    async handler({ body: { limit, project_id, since, ...filter }, caller: { projectId, keyId } }) {
      const runs = await deps.unfinishedRuns(
        { ...filter, since: new Date(since), projectId: keyId === null ? project_id : projectId },
        limit,
      );
      const results: Tried[] = [];
      for (const run of runs) results.push(await retry(deps, run));
      return {
        status: 200,
        body: {
          retried: results.flatMap((result) => ('retry_id' in result ? [result] : [])),
          refused: results.flatMap((result) => ('code' in result ? [result] : [])),
          next: runs.length === limit ? (runs.at(-1)?._id ?? null) : null,
        },
      };
    },
  });

/** The key has a blank, which no client's key can have. */
const keyOf = (run: RunDocument): string => ` retry ${run._id}`;

type Tried = { readonly run_id: string } & ({ readonly retry_id: string } | { readonly code: string });

async function retry(deps: StartRunDeps, run: RunDocument): Promise<Tried> {
  try {
    return { run_id: run._id, retry_id: (await repeatRun(deps, run, keyOf(run))).run.run_id };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { run_id: run._id, code: error.code };
    throw error;
  }
}
