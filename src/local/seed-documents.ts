/**
 * Makes Skein's own docs documents of the project, so that there is something to search from the beginning. Each is known by the hash of its content: what is there is left alone, what has changed takes the place of its
 * older version, after which that is deleted. A start that is cut off is finished by the next one.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const TIMEOUT_MS = 30_000;
const SOURCE = 'skein-docs';

const documentsSchema = z.array(
  z.object({ document_id: z.string(), name: z.string(), metadata: z.record(z.string(), z.unknown()) }),
);
type Seeded = z.infer<typeof documentsSchema>[number];

/** @param key for a server that asks for one @throws when the API does not answer as expected */
export async function seedDocuments(options: {
  readonly baseUrl: string;
  readonly key: string | undefined;
  /** The directory of the README. */
  readonly root: string;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { baseUrl, key, root, signal } = options;
  async function send(method: string, path: string, body?: Buffer<ArrayBuffer>): Promise<Response> {
    const headers = { 'content-type': 'text/markdown', ...(key === undefined ? {} : { 'x-api-key': key }) };
    const timed = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await fetch(`${baseUrl}${path}`, { method, headers, signal: timed, ...(body ? { body } : {}) });
    if (!response.ok && response.status !== 404)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return response;
  }

  const there = await listSeeded(send);
  for (const { name, content } of await readDocs(root)) {
    const digest = createHash('sha256').update(content).digest('hex');
    const mine = there.filter((document) => document.name === name);
    if (!mine.some(({ metadata }) => metadata.digest === digest)) {
      const metadata = encodeURIComponent(JSON.stringify({ source: SOURCE, digest }));
      await send('POST', `/documents?name=${encodeURIComponent(name)}&metadata=${metadata}`, content);
    }
    for (const { document_id, metadata } of mine)
      if (metadata.digest !== digest) await send('DELETE', `/documents/${document_id}`);
  }
}

async function listSeeded(send: (method: string, path: string) => Promise<Response>): Promise<Seeded[]> {
  const found: Seeded[] = [];
  for (let path: string | undefined = '/documents?limit=100'; path; ) {
    const response: Response = await send('GET', path);
    found.push(...documentsSchema.parse(await response.json()));
    path = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    if (path) path = new URL(path, 'http://localhost').pathname + new URL(path, 'http://localhost').search;
  }
  return found.filter(({ metadata }) => metadata.source === SOURCE);
}

async function readDocs(root: string): Promise<{ name: string; content: Buffer<ArrayBuffer> }[]> {
  const files = await readdir(join(root, 'docs'));
  const names = ['README.md', ...files.filter((file) => file.endsWith('.md')).map((file) => `docs/${file}`)];
  return Promise.all(names.map(async (name) => ({ name, content: await readFile(join(root, name)) })));
}
