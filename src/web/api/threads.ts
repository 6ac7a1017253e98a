import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { api, ask, askPage, type Page } from './client.ts';
import { randomId } from './random-id.ts';
import type { Thread } from './types.ts';

const PAGE_SIZE = 40;

const listThreads = (search: string, cursor: string | null, signal: AbortSignal): Promise<Page<Thread>> =>
  askPage(
    api.GET('/threads', {
      params: {
        query: {
          limit: PAGE_SIZE,
          ...(cursor === null ? {} : { cursor }),
          ...(search === '' ? {} : { search }),
        },
      },
      signal,
    }),
  );

/** Threads by page, most recently updated first; only those whose name has `search` in it. */
export const threadPagesQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['threads', 'pages', search],
    queryFn: ({ pageParam, signal }) => listThreads(search, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Kept up to date by the head (below): to read all pages again would be work for nothing.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });

/** The front of the list, looked at again and again: what others do shows up here. */
export const threadHeadQuery = (search: string) =>
  queryOptions({
    queryKey: ['threads', 'head', search],
    queryFn: ({ signal }) => listThreads(search, null, signal),
    refetchInterval: 4_000,
    staleTime: 0,
  });

export const threadQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId],
    queryFn: ({ signal }): Promise<Thread> =>
      ask(api.GET('/threads/{thread_id}', { params: { path: { thread_id: threadId } }, signal })),
  });

/** Writes on threads; each brings the lists up to date. */
export function useThreadActions() {
  const client = useQueryClient();
  const refreshHead = () => client.invalidateQueries({ queryKey: ['threads', 'head'] });
  const changeEverywhere = (threadId: string, change: (thread: Thread) => Thread | null) => {
    client.setQueriesData<InfiniteData<Page<Thread>>>({ queryKey: ['threads', 'pages'] }, (data) =>
      data ? { ...data, pages: data.pages.map((page) => changePage(page, threadId, change)) } : data,
    );
    client.setQueriesData<Page<Thread>>({ queryKey: ['threads', 'head'] }, (page) =>
      page ? changePage(page, threadId, change) : page,
    );
  };

  const create = useMutation({
    mutationFn: ({ name, assistantId }: { name: string; assistantId: string }): Promise<Thread> =>
      // The id makes the call safe to repeat.
      ask(
        api.POST('/threads', {
          body: { name, assistant_id: assistantId, thread_id: randomId(), if_exists: 'do_nothing' },
        }),
      ),
    onSuccess: (thread) => {
      client.setQueryData(threadQuery(thread.thread_id).queryKey, thread);
      return refreshHead();
    },
  });
  const change = useMutation({
    mutationFn: ({
      threadId,
      body,
    }: {
      threadId: string;
      body: { name: string } | { assistant_id: string };
    }): Promise<Thread> => ask(api.PATCH('/threads/{thread_id}', { params: { path: { thread_id: threadId } }, body })),
    onSuccess: (thread) => {
      client.setQueryData(threadQuery(thread.thread_id).queryKey, thread);
      changeEverywhere(thread.thread_id, () => thread);
      return refreshHead();
    },
  });
  const copy = useMutation({
    mutationFn: (threadId: string): Promise<Thread> =>
      ask(api.POST('/threads/{thread_id}/copy', { params: { path: { thread_id: threadId } } })),
    onSuccess: refreshHead,
  });
  const remove = useMutation({
    mutationFn: (threadId: string): Promise<unknown> =>
      ask(api.DELETE('/threads/{thread_id}', { params: { path: { thread_id: threadId } } })),
    onSuccess: (_, threadId) => {
      changeEverywhere(threadId, () => null);
      client.removeQueries({ queryKey: threadQuery(threadId).queryKey });
      return refreshHead();
    },
  });
  return { create, change, copy, remove };
}

function changePage(page: Page<Thread>, threadId: string, change: (thread: Thread) => Thread | null): Page<Thread> {
  return {
    ...page,
    items: page.items.flatMap((thread) => (thread.thread_id === threadId ? (change(thread) ?? []) : [thread])),
  };
}
