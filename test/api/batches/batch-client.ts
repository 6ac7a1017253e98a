import { request as httpRequest } from 'node:http';
import type { Batch, BatchResult } from '../../../src/shared/domain/batch.ts';
import type { Answer, SkeinClient } from '../../support/skein-client.ts';
import { waitFor } from '../../support/wait-for.ts';

interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly line?: number }[];
  readonly received?: number;
}

type Headers = Readonly<Record<string, string>>;

/** Batches as a client has them. */
export interface BatchClient {
  /** `POST /batches` with lines as they are. */
  upload(lines: string | readonly unknown[], query?: string, headers?: Headers): Promise<Answer<Batch & Problem>>;
  /** Sends this many characters of the lines, and breaks the connection when the server has stored `until` items of the batch. */
  uploadCut(
    text: string,
    characters: number,
    query: string,
    headers: Headers,
    stored: () => Promise<unknown>,
  ): Promise<void>;
  get(batchId: string): Promise<Batch>;
  waitForEnd(batchId: string): Promise<Batch>;
  results(batchId: string, query?: string): Promise<BatchResult[]>;
}

export const toLines = (items: readonly unknown[]): string => items.map((item) => `${JSON.stringify(item)}\n`).join('');

export function createBatchClient(skein: SkeinClient & { readonly url: string }, auth: Headers = {}): BatchClient {
  const get: BatchClient['get'] = async (batchId) => {
    const answer = await skein.send<Batch>('GET', `/batches/${batchId}`, undefined, auth);
    if (answer.status !== 200) throw new Error(`GET batch: ${answer.status}`);
    return answer.body;
  };
  return {
    get,
    async upload(lines, query = '', headers = {}) {
      const response = await fetch(`${skein.url}/batches${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', ...auth, ...headers },
        body: typeof lines === 'string' ? lines : toLines(lines),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Batch & Problem,
      };
    },
    async uploadCut(text, characters, query, headers, stored) {
      const request = httpRequest(`${skein.url}/batches${query}`, {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/x-ndjson', ...auth, ...headers },
      });
      request.on('error', () => undefined);
      request.write(text.slice(0, characters));
      await waitFor(stored, { what: 'a part of the upload is stored' });
      request.destroy();
    },
    waitForEnd: (batchId) =>
      waitFor(
        async () => {
          const batch = await get(batchId);
          return batch.finished_at !== null && batch;
        },
        { what: 'the batch has ended', timeoutMs: 15_000 },
      ),
    async results(batchId, query = '') {
      const response = await fetch(`${skein.url}/batches/${batchId}/results${query}`, { headers: auth });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`results: ${response.status} ${text}`);
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as BatchResult);
    },
  };
}
