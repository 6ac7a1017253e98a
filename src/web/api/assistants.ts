import { queryOptions } from '@tanstack/react-query';
import { api, ask, askPage } from './client.ts';
import type { Assistant } from './types.ts';

/** All assistants, newest first. A project has few; the pages are read one after the other. */
export const assistantsQuery = queryOptions({
  queryKey: ['assistants'],
  staleTime: 30_000,
  async queryFn({ signal }): Promise<readonly Assistant[]> {
    const all: Assistant[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof askPage<Assistant>>> = await askPage(
        api.GET('/assistants', { params: { query: { limit: 100, ...(cursor === null ? {} : { cursor }) } }, signal }),
      );
      all.push(...page.items);
      cursor = page.next;
    } while (cursor !== null && all.length < 1000);
    return all;
  },
});

export const assistantQuery = (assistantId: string) =>
  queryOptions({
    queryKey: ['assistants', assistantId],
    staleTime: 30_000,
    queryFn: ({ signal }): Promise<Assistant> =>
      ask(api.GET('/assistants/{assistant_id}', { params: { path: { assistant_id: assistantId } }, signal })),
  });
