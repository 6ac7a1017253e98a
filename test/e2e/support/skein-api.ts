import { inject } from 'vitest';

/** A call of the API, for what a test needs to be there. @throws on any answer that is no success */
export async function callApi<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${inject('baseUrl')}${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A thread of the demo assistant. */
export async function createThread(name: string): Promise<string> {
  const assistants = await callApi<{ assistant_id: string; name: string }[]>('GET', '/assistants?limit=100');
  const demo = assistants.find((assistant) => assistant.name === 'Demo assistant');
  const thread = await callApi<{ thread_id: string }>('POST', '/threads', { name, assistant_id: demo?.assistant_id });
  return thread.thread_id;
}

/** Runs to the end. */
export const runToEnd = (threadId: string, input: string): Promise<unknown> =>
  callApi('POST', '/runs/wait', { thread_id: threadId, input });
