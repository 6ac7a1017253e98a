import type { Document, Passage } from '../../../src/shared/domain/document.ts';
import type { Answer, SkeinClient } from '../../support/skein-client.ts';
import { waitFor } from '../../support/wait-for.ts';

export interface Problem {
  readonly code: string;
  readonly detail?: string;
}

export interface DocumentClient {
  upload(
    name: string,
    body: Buffer | string,
    headers?: Record<string, string>,
    query?: string,
  ): Promise<Answer<Document & Problem>>;
  /** Uploads, and waits until it is read. */
  add(name: string, body: Buffer | string, headers?: Record<string, string>, query?: string): Promise<Document>;
  get(documentId: string): Promise<Document>;
  waitFor(documentId: string, status: Document['status']): Promise<Document>;
  find(query: string, more?: object): Promise<Passage[]>;
}

export function createDocumentClient(skein: SkeinClient & { readonly url: string }): DocumentClient {
  const client: DocumentClient = {
    async upload(name, body, headers = {}, query = '') {
      const response = await fetch(`${skein.url}/documents?name=${encodeURIComponent(name)}${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', ...headers },
        body: typeof body === 'string' ? body : new Uint8Array(body),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Document & Problem,
      };
    },
    async add(name, body, headers, query) {
      const { status, body: document } = await client.upload(name, body, headers, query);
      if (status !== 202) throw new Error(`${status} ${JSON.stringify(document)}`);
      return client.waitFor(document.document_id, 'ready');
    },
    get: async (documentId) => (await skein.send<Document>('GET', `/documents/${documentId}`)).body,
    waitFor(documentId, status) {
      return waitFor(
        async () => {
          const document = await client.get(documentId);
          return document.status === status ? document : null;
        },
        { what: `the document is ${status}`, timeoutMs: 20_000 },
      ) as Promise<Document>;
    },
    find: async (query, more = {}) =>
      (await skein.send<Passage[]>('POST', '/documents/search', { query, ...more })).body,
  };
  return client;
}
