import { QueryClient } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.ts';

/** What a 4xx says will not change by asking again. */
const isFinal = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 500;

export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && !isFinal(error),
        // `always`: a page served from this machine works without internet.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
