import createClient from 'openapi-fetch';
import { ApiError, unreachable } from './api-error.ts';
import type { paths } from './schema.gen.d.ts';
import { send } from './send.ts';

/** The API of this server, typed from openapi.json. Calls reject with an ApiError only through `ask` and `askPage`. */
export const api = createClient<paths>({ fetch: send });

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of an answer. @throws ApiError */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  return (await settle(call)).data as T;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; null on the last one. */
  readonly next: string | null;
}

/** A list's body and where it goes on. @throws ApiError */
export async function askPage<T>(call: Promise<Answer<readonly T[]>>): Promise<Page<T>> {
  const { data, response } = await settle(call);
  return { items: data ?? [], next: response.headers.get('x-pagination-next') };
}

async function settle<T>(call: Promise<Answer<T>>): Promise<Answer<T>> {
  const answer = await call.catch((error: unknown) => {
    throw error instanceof DOMException && error.name === 'AbortError' ? error : unreachable();
  });
  if (answer.response.ok) return answer;
  throw new ApiError(answer.response.status, isObject(answer.error) ? answer.error : {});
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
