import { queryOptions } from '@tanstack/react-query';
import { api, ask } from './client.ts';
import type { Caller } from './types.ts';

/** Who the server takes this browser for. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: 60_000,
  queryFn: ({ signal }): Promise<Caller> => ask(api.GET('/session', { signal })),
});

/** Exchanges a key for a cookie that no script can read. @throws ApiError `invalid_credentials` for a key that is not good */
export const signIn = (key: string): Promise<Caller> => ask(api.POST('/session', { body: { key } }));

/** @throws ApiError */
export const signOut = (): Promise<unknown> => ask(api.DELETE('/session'));
