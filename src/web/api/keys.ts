import { queryOptions } from '@tanstack/react-query';
import { api, ask, askPage, type Page } from './client.ts';
import type { ApiKey, CreatedApiKey, KeyScope, Project } from './types.ts';

const MOST = 1000;

/** All projects, newest first; for the operator alone. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: ({ signal }) =>
    readAll<Project>((cursor) =>
      askPage(api.GET('/projects', { params: { query: { limit: 100, ...cursor } }, signal })),
    ),
});

/** All keys of a project, newest first, revoked ones too; for the operator alone. */
export const keysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ['keys', projectId],
    queryFn: ({ signal }) =>
      readAll<ApiKey>((cursor) =>
        askPage(
          api.GET('/projects/{project_id}/keys', {
            params: { path: { project_id: projectId }, query: { limit: 100, ...cursor } },
            signal,
          }),
        ),
      ),
  });

/** The only answer that has the key itself. */
export const createKey = (projectId: string, name: string, scopes: readonly KeyScope[]): Promise<CreatedApiKey> =>
  ask(
    api.POST('/projects/{project_id}/keys', {
      params: { path: { project_id: projectId } },
      body: { name, scopes: [...scopes] },
    }),
  );

export const revokeKey = ({ project_id, key_id }: ApiKey): Promise<unknown> =>
  ask(api.DELETE('/projects/{project_id}/keys/{key_id}', { params: { path: { project_id, key_id } } }));

async function readAll<T>(read: (cursor: { cursor?: string }) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor === null ? {} : { cursor });
    all.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && all.length < MOST);
  return all;
}
