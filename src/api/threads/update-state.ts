import { z } from 'zod';
import { type StateUpdate, stateUpdateSchema, threadStateSchema } from '../../shared/domain/checkpoint.ts';
import { newId, uuidSchema } from '../../shared/domain/ids.ts';
import type { Message } from '../../shared/domain/message.ts';
import { toPreview } from '../../shared/domain/message-preview.ts';
import { AppError, notFound } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { CheckpointDocument } from '../../shared/mongo/documents.ts';
import type { RequestKey } from '../../shared/mongo/request-key.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleState } from './example-state.ts';
import { toThreadState, unknownCheckpoint } from './thread-state.ts';

type Deps = Pick<ApiDeps, 'threads' | 'runs' | 'log' | 'reader' | 'once'>;

export const updateState = (deps: Deps) =>
  defineEndpoint({
    method: 'post',
    path: '/threads/{thread_id}/state',
    tag: 'Threads',
    access: 'runs',
    summary: 'Change the state of a thread',
    description:
      'Adds messages, replaces those whose id is there, and removes others, as one checkpoint. With `checkpoint_id` the thread goes on from that checkpoint: a rewind when nothing else is given, ' +
      'a fork otherwise. What was there stays in the history. Refused while runs are open.',
    params: z.object({ thread_id: uuidSchema }),
    body: stateUpdateSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      200: {
        description:
          'The new state; of a repeat with the same `Idempotency-Key`, the state as the first request left it.',
        schema: threadStateSchema,
        headers: IDEMPOTENCY.responseHeaders,
        example: exampleState,
      },
    },
    problems: ['not_found', 'reference_not_found', 'thread_busy', 'state_conflict', ...IDEMPOTENCY.problems],
    async handler({ projectId, params: { thread_id: threadId }, body, req }) {
      if (!(await deps.threads.get(projectId, threadId))) throw notFound('thread');
      const { value, replayed, headers } = await deps.once(
        projectId,
        requestKey(idempotencyKey(req), ['update state', threadId, body]),
        {
          async find(key) {
            const checkpoint = await deps.log.byRequest(projectId, key);
            return (
              checkpoint && { checkpoint, parent: await deps.log.byVersion(projectId, threadId, checkpoint.parent) }
            );
          },
          make: (key) => change(deps, projectId, threadId, body, key),
        },
      );
      const messages = await deps.reader.at(value.checkpoint);
      const last = messages.at(-1);
      if (!replayed) await deps.threads.noteUpdate(projectId, threadId, last ? toPreview(last) : null);
      return { status: 200, headers, body: toThreadState({ ...value, messages }, null) };
    },
  });

/** Commits the change as one checkpoint. */
async function change(deps: Deps, projectId: string, threadId: string, body: StateUpdate, key: RequestKey | undefined) {
  const [open] = await deps.runs.open(projectId, threadId);
  if (open)
    throw new AppError('thread_busy', {
      detail: `Run ${open.run_id} is open on this thread.`,
      extra: { active_run_id: open.run_id },
    });

  const head = await deps.log.head(projectId, threadId);
  const base = await findBase(deps, projectId, threadId, body, head);
  const before = base ? await deps.reader.at(base) : [];
  const there = new Set(before.map((message) => message.id));
  const unknown = (body.remove ?? []).findIndex((id) => !there.has(id));
  if (unknown >= 0)
    throw new AppError('reference_not_found', {
      detail: 'A message to remove is not in the thread.',
      errors: [{ pointer: `/remove/${unknown}`, code: 'reference_not_found', message: 'No such message.' }],
    });

  const messages = toMessages(body, before);
  const removed = new Set(body.remove);
  const replaced = messages.map(({ id }) => id).filter((id) => there.has(id) && !removed.has(id));
  const commit = await deps.log.commit(
    { head, base },
    { projectId, threadId, source: 'update', messages, replaced, removed: [...removed], metadata: {}, key },
    'fail',
  );
  if (commit.kind === 'conflict')
    throw new AppError('state_conflict', { detail: 'The thread changed at the same time; read it and try again.' });
  return { checkpoint: commit.checkpoint, parent: base };
}

async function findBase(
  deps: Deps,
  projectId: string,
  threadId: string,
  body: StateUpdate,
  head: CheckpointDocument | null,
) {
  if (body.checkpoint_id === undefined) return head;
  const base = await deps.log.byId(projectId, threadId, body.checkpoint_id);
  if (!base) throw unknownCheckpoint('/checkpoint_id');
  return base;
}

/** The messages to store: a replaced one keeps its time and its run. */
function toMessages(body: StateUpdate, before: readonly Message[]): Message[] {
  const inputs = Array.isArray(body.values) ? body.values : (body.values?.messages ?? []);
  const now = new Date().toISOString();
  const old = new Map(before.map((message) => [message.id, message]));
  return inputs.map((input) => {
    const id = input.id ?? newId();
    const replaced = old.get(id);
    return {
      ...input,
      id,
      status: 'completed',
      run_id: replaced?.run_id ?? null,
      created_at: replaced?.created_at ?? now,
    };
  });
}
