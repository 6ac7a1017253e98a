import { z } from 'zod';

const TIMEOUT_MS = 10_000;
const assistantsSchema = z.array(z.object({ assistant_id: z.string(), name: z.string() }));

/** What a new installation starts with. */
const DEMO_ASSISTANT = {
  name: 'Demo assistant',
  model: 'default',
  instructions:
    'You are a helpful assistant. Use the calculator for arithmetic, current_time for questions about the time, and search_documents for everything that the documents may answer; name the document and heading you answer from. Be brief.',
  tools: [
    { type: 'builtin', name: 'calculator' },
    { type: 'builtin', name: 'current_time' },
    { type: 'builtin', name: 'search_documents' },
  ],
};

/**
 * Makes sure that the project has an assistant: creates the demo assistant when there is none. Safe to call at every start.
 * @param key for a server that asks for one
 * @returns the id of one to show in an example: the demo assistant, else the newest
 * @throws when the API does not answer as expected
 */
export async function seedAssistant(baseUrl: string, key: string | undefined): Promise<string> {
  const url = `${baseUrl}/assistants`;
  const credentials: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
  const existing = assistantsSchema.parse(await request(`${url}?limit=100`, { headers: credentials }));
  const shown = existing.find(({ name }) => name === DEMO_ASSISTANT.name) ?? existing[0];
  if (shown) return shown.assistant_id;
  const created = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...credentials },
    body: JSON.stringify(DEMO_ASSISTANT),
  });
  return assistantsSchema.element.parse(created).assistant_id;
}

async function request(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok)
    throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
