/**
 * Removes what a deleted document consists of, the document itself last: a crash in between leaves it due, and a sweep removes the rest. While a worker reads it, it is left to the sweep after that worker's lease,
 * because a portion of chunks may still be on its way.
 */
import type { DocumentChunks } from '../mongo/document-chunks.ts';
import type { DocumentModels, StoredDocument } from '../mongo/document-models.ts';
import type { DocumentParts } from '../mongo/document-parts.ts';
import { bury } from '../mongo/request-key.ts';

/** Safe to repeat. @param document one that is deleted, or an upload that has been left */
export type RemoveDocument = (document: Pick<StoredDocument, '_id' | 'project_id'>) => Promise<void>;

export function createRemoveDocument(deps: {
  readonly models: Pick<DocumentModels, 'documents'>;
  readonly parts: Pick<DocumentParts, 'remove'>;
  readonly chunks: Pick<DocumentChunks, 'remove'>;
}): RemoveDocument {
  return async (document) => {
    await deps.chunks.remove(document._id);
    await deps.parts.remove(document._id);
    await bury(deps.models.documents, document);
  };
}
