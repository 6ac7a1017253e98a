import { infiniteQueryOptions, type QueryClient, queryOptions } from '@tanstack/react-query';
import { type Checkpoint, runOf, withFront } from './checkpoint.ts';
import { api, ask, askPage, type Page } from './client.ts';
import type { Message, ThreadState } from './types.ts';

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

/** The log of a thread, newest first, on all branches. What is read of it never changes; `growHistory` reads what is new. */
export const historyQuery = (threadId: string) =>
  infiniteQueryOptions({
    queryKey: ['history', threadId],
    queryFn: ({ pageParam, signal }) => listCheckpoints(threadId, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Reads the front of the log again, where it has been read before. Never rejects: what could not be read now is read next time. */
export async function growHistory(client: QueryClient, threadId: string): Promise<void> {
  const { queryKey } = historyQuery(threadId);
  if (!client.getQueryData(queryKey)) return;
  const front = await listCheckpoints(threadId, null).catch(() => null);
  if (front) client.setQueryData(queryKey, (known) => known && withFront(known, front));
}

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
