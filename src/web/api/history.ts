import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, ask, askPage, type Page } from './client.ts';
import type { Message, ThreadState } from './types.ts';

/** A checkpoint with the messages it added or replaced. */
export type Checkpoint = ThreadState & { readonly checkpoint: NonNullable<ThreadState['checkpoint']> };

const PAGE_SIZE = 50;

async function listCheckpoints(
  threadId: string,
  before: string | null,
  signal?: AbortSignal,
): Promise<Page<Checkpoint>> {
  const page = await askPage(
    api.GET('/threads/{thread_id}/history', {
      params: {
        path: { thread_id: threadId },
        query: { limit: PAGE_SIZE, messages: 'added', ...(before === null ? {} : { before }) },
      },
      ...(signal ? { signal } : {}),
    }),
  );
  return { ...page, items: page.items.filter((state): state is Checkpoint => state.checkpoint !== null) };
}

/** The log of a thread, newest first, on all branches. */
export const historyQuery = (threadId: string) =>
  infiniteQueryOptions({
    queryKey: ['history', threadId],
    queryFn: ({ pageParam, signal }) => listCheckpoints(threadId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** A thread as it was right after a checkpoint; this never changes. */
export const stateQuery = (threadId: string, checkpointId: string) =>
  queryOptions({
    queryKey: ['state', threadId, checkpointId],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }): Promise<ThreadState> =>
      ask(
        api.GET('/threads/{thread_id}/state', {
          params: { path: { thread_id: threadId }, query: { checkpoint_id: checkpointId } },
          signal,
        }),
      ),
  });

/** The id of the run that made a checkpoint; null when it was made by hand. */
export const runOf = ({ metadata }: Pick<ThreadState, 'metadata'>): string | null =>
  typeof metadata.run_id === 'string' ? metadata.run_id : null;

/** The newest checkpoint that wrote this message. @throws Error when there is none */
export const checkpointOfMessage = (threadId: string, message: Message): Promise<string> =>
  findCheckpoint(
    threadId,
    (state) =>
      (message.run_id === null || runOf(state) === message.run_id) &&
      state.values.messages.some(({ id }) => id === message.id),
  );

/** The checkpoint from which a run asked the model for the first time. @throws Error when there is none */
export const inputCheckpointOfRun = (threadId: string, runId: string): Promise<string> =>
  findCheckpoint(threadId, (state) => state.metadata.source === 'input' && runOf(state) === runId);

async function findCheckpoint(threadId: string, matches: (state: Checkpoint) => boolean): Promise<string> {
  let before: string | null = null;
  do {
    const page: Page<Checkpoint> = await listCheckpoints(threadId, before);
    const found = page.items.find(matches);
    if (found) return found.checkpoint.checkpoint_id;
    before = page.next;
  } while (before !== null);
  throw new Error('This is not in the history of the thread.');
}
