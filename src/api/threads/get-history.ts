import { z } from 'zod';
import { threadStateSchema } from '../../shared/domain/checkpoint.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { limitSchema, nextPageHeaders, PAGE_HEADERS } from '../pagination.ts';
import { exampleState } from './example-state.ts';
import { toThreadState, unknownCheckpoint } from './thread-state.ts';

type Deps = Pick<ApiDeps, 'threads' | 'runs' | 'log' | 'reader'>;

const DEFAULT_LIMIT = 10;
const before = uuidSchema.optional().meta({ description: 'A checkpoint id; the states older than it follow.' });

const common = {
  path: '/threads/{thread_id}/history',
  tag: 'Threads',
  summary: 'Get the history of a thread',
  description:
    'The states of the thread, newest first: one for each checkpoint, on all branches. `checkpoint_id` of any of them can be given to a run or to a state update to go on from there.',
  params: z.object({ thread_id: uuidSchema }),
  responses: {
    200: {
      description: 'A page of states.',
      schema: z.array(threadStateSchema),
      headers: PAGE_HEADERS,
      example: [exampleState],
    },
  },
  problems: ['not_found', 'reference_not_found'],
} as const;

/** GET for people, POST for clients that send everything as a body. */
export const getHistory = (deps: Deps): Endpoint[] => [
  defineEndpoint({
    method: 'get',
    ...common,
    query: z.strictObject({ limit: limitSchema(DEFAULT_LIMIT), before }),
    async handler({ projectId, params, query, req }) {
      const states = await readHistory(deps, projectId, params.thread_id, query.limit, query.before, 'query/before');
      const next = states.length > query.limit ? states[query.limit - 1]?.checkpoint?.checkpoint_id : undefined;
      return {
        status: 200,
        body: states.slice(0, query.limit),
        headers: nextPageHeaders(req.originalUrl, 'before', next),
      };
    },
  }),
  defineEndpoint({
    method: 'post',
    ...common,
    body: z
      .strictObject({ limit: z.int().min(1).max(100).default(DEFAULT_LIMIT), before })
      .meta({ id: 'HistoryQuery', example: { limit: 10 } }),
    async handler({ projectId, params, body }) {
      const states = await readHistory(deps, projectId, params.thread_id, body.limit, body.before, '/before');
      return { status: 200, body: states.slice(0, body.limit) };
    },
  }),
];

/** `limit + 1` states at most: the surplus one tells that there are more. */
async function readHistory(
  deps: Deps,
  projectId: string,
  threadId: string,
  limit: number,
  beforeId: string | undefined,
  pointer: string,
) {
  if (!(await deps.threads.get(projectId, threadId))) throw notFound('thread');
  const from = beforeId === undefined ? undefined : await deps.log.byId(projectId, threadId, beforeId);
  if (from === null) throw unknownCheckpoint(pointer);
  const entries = await deps.reader.history(projectId, threadId, { limit: limit + 1, below: from?.version });
  const holder = from === undefined ? await deps.runs.active(projectId, threadId) : null;
  return entries.map((entry, index) => toThreadState(entry, index === 0 ? holder : null));
}
