import type { Logger } from '../../shared/logging/create-logger.ts';
import type { DocumentChunks } from '../../shared/mongo/document-chunks.ts';
import type { DocumentWork } from '../../shared/mongo/document-work.ts';
import type { EmbedDocument } from './embed-document.ts';

/** Removes the chunks that no search sees, of a document that nobody reads, and gives the others their vectors; then nothing is left to do for it. Safe to repeat. Never throws for vectors. */
export type TidyDocument = (documentId: string) => Promise<void>;

export function createTidy(deps: {
  readonly work: Pick<DocumentWork, 'settled' | 'settle' | 'postpone'>;
  readonly chunks: Pick<DocumentChunks, 'removeOthers'>;
  /** null: there are no vectors. */
  readonly embed: EmbedDocument | null;
  readonly logger: Logger;
  readonly stopped: AbortSignal;
}): TidyDocument {
  const { work, chunks, embed, logger, stopped } = deps;
  return async (documentId) => {
    const document = await work.settled(documentId);
    if (!document) return;
    await chunks.removeOthers(documentId, document.version, document.live_version);
    try {
      await embed?.(document, stopped);
      await work.settle(document);
    } catch (err) {
      logger.warn({ err, document_id: documentId }, 'no embeddings for a document; it is tried again');
      await work.postpone(document);
    }
  };
}
