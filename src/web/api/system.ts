import { queryOptions } from '@tanstack/react-query';
import { api, ask } from './client.ts';

export const infoQuery = queryOptions({
  queryKey: ['info'],
  staleTime: 60_000,
  queryFn: ({ signal }) => ask(api.GET('/info', { signal })),
});

/** Part of the server → `ok` or what is wrong. Also an answer of 503 says which part it is. */
export const healthQuery = queryOptions({
  queryKey: ['health'],
  refetchInterval: 10_000,
  async queryFn({ signal }): Promise<Readonly<Record<string, string>>> {
    const { data, error } = await api.GET('/health/ready', { signal });
    const body: unknown = data ?? error;
    return typeof body === 'object' && body !== null && 'checks' in body
      ? (body.checks as Readonly<Record<string, string>>)
      : {};
  },
});
