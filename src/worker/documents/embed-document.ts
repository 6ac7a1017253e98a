/**
 * Gives the passages that searches see their vectors. The words of a document are found before and without it. Each portion is stored by itself, so a repeat, here or in another worker, goes on where this one ended.
 */
import type { Embedder } from '../../shared/llm/create-embedder.ts';
import type { DocumentChunks } from '../../shared/mongo/document-chunks.ts';
import type { StoredDocument } from '../../shared/mongo/document-models.ts';
import type { DocumentWork } from '../../shared/mongo/document-work.ts';

/** Passages at a time. */
const PORTION = 64;

/** @throws when the embedding server does not answer; the reason of `signal` */
export type EmbedDocument = (
  document: Pick<StoredDocument, '_id' | 'name' | 'live_version'>,
  signal: AbortSignal,
) => Promise<void>;

export function createEmbedDocument(deps: {
  readonly embedder: Embedder;
  readonly work: Pick<DocumentWork, 'noteEmbedded'>;
  readonly chunks: Pick<DocumentChunks, 'withoutVector' | 'storeVectors'>;
}): EmbedDocument {
  const { embedder, work, chunks } = deps;
  return async ({ _id, name, live_version }, signal) => {
    if (live_version === null) return;
    while (true) {
      const missing = await chunks.withoutVector({ _id, version: live_version }, embedder.model, PORTION);
      if (missing.length === 0) break;
      const texts = missing.map(({ heading, text }) => [name, ...heading].join(' › ').concat('\n\n', text));
      const vectors = await embedder.embed(texts, signal);
      await chunks.storeVectors(
        embedder.model,
        missing.flatMap((chunk, index) => {
          const vector = vectors[index];
          return vector ? [{ id: chunk._id, vector }] : [];
        }),
      );
    }
    await work.noteEmbedded({ _id, live_version }, embedder.model);
  };
}
