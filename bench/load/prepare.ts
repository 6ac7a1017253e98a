import { z } from 'zod';
import type { Prepared } from './seats.ts';

const AT_A_TIME = 16;

/** Makes an assistant and threads. @throws when the server refuses one. */
export const prepare = async (url: string, threads: number): Promise<Prepared> => {
  const { assistant_id: assistantId } = z
    .object({ assistant_id: z.string() })
    .parse(await post(`${url}/assistants`, { name: 'Bench', model: 'fake-model', instructions: 'Be brief.' }));
  const ids: string[] = [];
  const makeSome = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const made = await post(`${url}/threads`, { name: 'Bench', assistant_id: assistantId });
      ids.push(z.object({ thread_id: z.string() }).parse(made).thread_id);
    }
  };
  const each = Math.ceil(threads / AT_A_TIME);
  await Promise.all(Array.from({ length: AT_A_TIME }, () => makeSome(each)));
  return { assistantId, threads: ids };
};

const post = async (url: string, body: object): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response.json();
};
