import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentChunk } from '../../src/shared/mongo/document-models.ts';
import { type IndexedTerms, indexTerms } from '../../src/shared/search/index-terms.ts';
import { chunkText } from '../../src/worker/documents/chunk-text.ts';
import { fromMarkdown } from '../../src/worker/documents/extract/from-markdown.ts';

/** A passage of the docs, as the worker would store it. */
export type BenchPassage = Pick<
  DocumentChunk,
  '_id' | 'document_id' | 'heading' | 'text' | 'start' | 'end' | 'page' | 'index' | 'version'
> &
  IndexedTerms;

/** The page about documents is left out: it says examples of questions. */
const LEFT_OUT: ReadonlySet<string> = new Set(['documents.md']);

/** README and docs, read and cut as uploads are. */
export async function readCollection(root: string): Promise<BenchPassage[]> {
  const files = (await readdir(join(root, 'docs'))).filter((file) => file.endsWith('.md') && !LEFT_OUT.has(file));
  const passages: BenchPassage[] = [];
  for (const name of ['README.md', ...files.map((file) => `docs/${file}`)]) {
    const extracted = fromMarkdown(await readFile(join(root, name), 'utf8'));
    for (const chunk of chunkText(extracted)) {
      const text = extracted.text.slice(chunk.start, chunk.end);
      const terms = indexTerms(text, chunk.heading, name);
      passages.push({
        ...chunk,
        heading: [...chunk.heading],
        _id: `${name}:1:${chunk.index}`,
        document_id: name,
        version: 1,
        text,
        ...terms,
      });
    }
  }
  return passages;
}
