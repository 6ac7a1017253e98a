import createClient, { type Client } from 'openapi-fetch';
import { CliError, type Problem, unreachable } from '../cli-error.ts';
import { EXIT } from '../exit-code.ts';
import type { components, paths } from '../schema.gen.d.ts';

export type Batch = components['schemas']['Batch'];
export type Run = components['schemas']['Run'];
export type Thread = components['schemas']['Thread'];
export type QueueReport = components['schemas']['QueueReport'];

/** A server and who we are there. */
export interface Connection {
  /** Without a slash at the end. */
  readonly url: string;
  /** Typed from openapi.json; `ask` and `askPage` make errors of its answers. */
  readonly api: Client<paths>;
  /** A request whose answer is read as it comes. @throws CliError for any answer that is not a success */
  open(path: string, init?: RequestInit): Promise<Response>;
}

export function createConnection(options: { readonly url: string; readonly apiKey: string | undefined }): Connection {
  const url = options.url.replace(/\/+$/, '');
  const headers: Record<string, string> = options.apiKey === undefined ? {} : { 'x-api-key': options.apiKey };
  const send = (input: Request | string, init?: RequestInit): Promise<Response> =>
    fetch(input, init).catch((cause) => {
      throw init?.signal?.aborted ? cause : unreachable(url, cause);
    });
  return {
    url,
    api: createClient<paths>({ baseUrl: url, headers, fetch: send }),
    async open(path, init = {}) {
      const response = await send(`${url}${path}`, { ...init, headers: { ...headers, ...init.headers } });
      if (response.ok) return response;
      throw refusal(response, await response.text().then(parseProblem, () => null));
    },
  };
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: unknown;
  readonly response: Response;
}

/** The body of an answer. @throws CliError */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  throw refusal(response, typeof error === 'object' ? (error as Problem) : null);
}

/** Pages of a list until `limit` items are there. */
export async function askAll<T>(
  limit: number,
  page: (query: { limit: number; cursor?: string }) => Promise<Answer<readonly T[]>>,
): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined; items.length < limit; ) {
    const call = page({ limit: Math.min(100, limit - items.length), ...(cursor === undefined ? {} : { cursor }) });
    const { response } = await call;
    items.push(...(await ask(call)));
    cursor = response.headers.get('x-pagination-next') ?? undefined;
    if (cursor === undefined) break;
  }
  return items;
}

function parseProblem(text: string): Problem | null {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return null;
  }
}

function refusal(response: Response, problem: Problem | null): CliError {
  const { status } = response;
  const known = problem?.code
    ? problem
    : { title: 'Refused', detail: `The server answered ${status}.`, code: 'unknown', status };
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new CliError(known, EXIT.refused, { retryAfter: Number.isFinite(seconds) ? seconds : null });
}
