import { z } from 'zod';
import { threadStateSchema } from '../../shared/domain/checkpoint.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { HistoryEntry } from '../../shared/mongo/thread-reader.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { limitSchema, nextPageHeaders, PAGE_HEADERS } from '../pagination.ts';
import { exampleState } from './example-state.ts';
import { toThreadState, unknownCheckpoint } from './thread-state.ts';

type Deps = Pick<ApiDeps, 'threads' | 'runs' | 'log' | 'reader'>;

const DEFAULT_LIMIT = 10;
const before = uuidSchema.optional().meta({ description: 'A checkpoint id; the states older than it follow.' });

const messages = z.enum(['all', 'added']).default('all').meta({
  description:
    '`all`: the state has every message. `added`: only those its checkpoint added or replaced, which is cheap however long the thread is.',
});

const common = {
  path: '/threads/{thread_id}/history',
  tag: 'Threads',
  access: 'read',
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
    query: z.strictObject({ limit: limitSchema(DEFAULT_LIMIT), before, messages }),
    async handler({ projectId, params, query, req }) {
      const states = await readHistory(deps, projectId, params.thread_id, query, 'query/before');
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
      .strictObject({ limit: z.int().min(1).max(100).default(DEFAULT_LIMIT), before, messages })
      .meta({ id: 'HistoryQuery', example: { limit: 10 } }),
    async handler({ projectId, params, body }) {
      const states = await readHistory(deps, projectId, params.thread_id, body, '/before');
      return { status: 200, body: states.slice(0, body.limit) };
    },
  }),
];

/** `limit + 1` states at most: the surplus one tells that there are more. */
async function readHistory(
  deps: Deps,
  projectId: string,
  threadId: string,
  page: { limit: number; before?: string | undefined; messages: 'all' | 'added' },
  pointer: string,
) {
  if (!(await deps.threads.get(projectId, threadId))) throw notFound('thread');
  const from = page.before === undefined ? undefined : await deps.log.byId(projectId, threadId, page.before);
  if (from === null) throw unknownCheckpoint(pointer);
  const newest = { limit: page.limit + 1, below: from?.version };
  const entries =
    page.messages === 'all'
      ? await deps.reader.history(projectId, threadId, newest)
      : await readAdded(deps, projectId, threadId, newest);
  const holder = from === undefined ? await deps.runs.active(projectId, threadId) : null;
  return entries.map((entry, index) => toThreadState(entry, index === 0 ? holder : null));
}

async function readAdded(
  { log }: Deps,
  projectId: string,
  threadId: string,
  { limit, below }: { limit: number; below: number | undefined },
): Promise<HistoryEntry[]> {
  const page = await log.newest(projectId, threadId, limit, below);
  const byVersion = new Map(page.map((checkpoint) => [checkpoint.version, checkpoint]));
  // Parents that are older than the page: one for its last entry, and one for each fork.
  const outside = new Set(page.map(({ parent }) => parent).filter((parent) => parent > 0 && !byVersion.has(parent)));
  for (const parent of await Promise.all([...outside].map((version) => log.byVersion(projectId, threadId, version))))
    if (parent) byVersion.set(parent.version, parent);
  return page.map((checkpoint) => ({
    checkpoint,
    parent: byVersion.get(checkpoint.parent) ?? null,
    messages: checkpoint.messages,
  }));
}
