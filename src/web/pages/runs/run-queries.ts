import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, ask, askPage, type Page } from '../../api/client.ts';
import { getRun, getRunSteps, isOpen, retryOf } from '../../api/runs.ts';
import type { Message, Run } from '../../api/types.ts';
import { RANGES, type RunFilters } from './runs-search.ts';

const PAGE_SIZE = 50;
/** A page is read again with each look, so beyond this many the list stands still until the person goes back to the front. */
export const LIVE_PAGES = 4;
const LOOK_MS = 2_000;

/** Runs across threads, newest first. @param live look again every 2 s */
export const runPagesQuery = (filters: RunFilters, live: boolean) =>
  infiniteQueryOptions({
    queryKey: ['runs', 'pages', filters],
    queryFn: ({ pageParam, signal }) => {
      const range = RANGES.find(({ value }) => value === filters.range);
      const query = {
        limit: PAGE_SIZE,
        ...(pageParam === null ? {} : { cursor: pageParam }),
        ...(filters.status ? { status: filters.status } : {}),
        ...(filters.assistant ? { assistant_id: filters.assistant } : {}),
        ...(range ? { since: new Date(Date.now() - range.ms).toISOString() } : {}),
      };
      return askPage<Run>(api.GET('/runs', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => (live && (state.data?.pages.length ?? 0) <= LIVE_PAGES ? LOOK_MS : false),
  });

/** Has it ended without being completed? */
export const isRetryable = ({ status }: Pick<Run, 'status'>): boolean => !isOpen(status) && status !== 'completed';

/** One run; looked at again while it has not ended. */
export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ['runs', 'one', runId],
    queryFn: () => getRun(runId),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? 1_000 : false),
    staleTime: 0,
  });

/** The steps of a run. `mark` is what of the run has changed since: a finished run is read once. */
export const runStepsQuery = (run: Run) =>
  queryOptions({
    queryKey: ['runs', 'steps', run.run_id, run.status, run.attempt],
    queryFn: () => getRunSteps(run.run_id),
    refetchInterval: isOpen(run.status) ? 1_000 : false,
    staleTime: isOpen(run.status) ? 0 : Number.POSITIVE_INFINITY,
    placeholderData: (previous) => (previous?.some(({ attempt }) => attempt <= run.attempt) ? previous : undefined),
  });

/** What a run that has ended, or waits for its client, has written: answers, calls and results. */
export const runMessagesQuery = (run: Run) =>
  queryOptions({
    queryKey: ['runs', 'messages', run.run_id, run.status],
    queryFn: async ({ signal }): Promise<readonly Message[]> =>
      (await ask(api.GET('/runs/{run_id}/join', { params: { path: { run_id: run.run_id } }, signal }))).messages,
    enabled: !isOpen(run.status) || run.status === 'requires_action',
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A thread with more runs than this after a failed one is not searched to the end. */
const SEARCH_PAGES = 3;

/** The newest run that submits this one again; null when there is none. */
export const retriedAsQuery = (run: Run) =>
  queryOptions({
    queryKey: ['runs', 'retried-as', run.run_id],
    queryFn: async ({ signal }): Promise<Run | null> => {
      let cursor: string | null = null;
      for (let n = 0; n < SEARCH_PAGES; n++) {
        const page: Page<Run> = await askPage(
          api.GET('/threads/{thread_id}/runs', {
            params: {
              path: { thread_id: run.thread_id },
              query: { limit: 100, since: run.created_at, ...(cursor === null ? {} : { cursor }) },
            },
            signal,
          }),
        );
        const found = page.items.find((other) => retryOf(other) === run.run_id);
        if (found) return found;
        if (page.next === null) return null;
        cursor = page.next;
      }
      return null;
    },
    enabled: isRetryable(run),
    staleTime: 30_000,
  });
