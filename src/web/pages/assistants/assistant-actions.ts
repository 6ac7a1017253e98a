import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { assistantQuery, assistantsQuery } from '../../api/assistants.ts';
import { api, ask, askPage } from '../../api/client.ts';
import type { Assistant } from '../../api/types.ts';
import type { AssistantInput } from './assistant-draft.ts';

/** The versions of an assistant, newest first; `count` is how many there are, so that a new one is read. */
export const versionsQuery = (assistantId: string, count: number) =>
  queryOptions({
    queryKey: ['assistants', assistantId, 'versions', count],
    queryFn: ({ signal }) =>
      askPage<Assistant>(
        api.GET('/assistants/{assistant_id}/versions', {
          params: { path: { assistant_id: assistantId }, query: { limit: 100 } },
          signal,
        }),
      ),
  });

/** Writes on assistants; each brings the list up to date. */
export function useAssistantActions() {
  const client = useQueryClient();
  const keep = (assistant: Assistant) => {
    client.setQueryData(assistantQuery(assistant.assistant_id).queryKey, assistant);
    return client.invalidateQueries({ queryKey: assistantsQuery.queryKey, exact: true });
  };
  const create = useMutation({
    mutationFn: (body: AssistantInput): Promise<Assistant> => ask(api.POST('/assistants', { body })),
    onSuccess: keep,
  });
  const change = useMutation({
    mutationFn: ({ assistantId, body }: { assistantId: string; body: Partial<AssistantInput> }): Promise<Assistant> =>
      ask(api.PATCH('/assistants/{assistant_id}', { params: { path: { assistant_id: assistantId } }, body })),
    onSuccess: keep,
  });
  const remove = useMutation({
    mutationFn: (assistantId: string): Promise<unknown> =>
      ask(api.DELETE('/assistants/{assistant_id}', { params: { path: { assistant_id: assistantId } } })),
    onSuccess: (_, assistantId) => {
      client.removeQueries({ queryKey: assistantQuery(assistantId).queryKey });
      return client.invalidateQueries({ queryKey: assistantsQuery.queryKey, exact: true });
    },
  });
  return { create, change, remove };
}
