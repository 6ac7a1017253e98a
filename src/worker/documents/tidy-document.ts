import type { DocumentChunks } from '../../shared/mongo/document-chunks.ts';
import type { StoredDocument } from '../../shared/mongo/document-models.ts';
import type { DocumentWork } from '../../shared/mongo/document-work.ts';

/** Removes the chunks that no search sees, of a document that nobody reads; then nothing is left to do for it. Safe to repeat. */
export type TidyDocument = (document: Pick<StoredDocument, '_id' | 'version'>) => Promise<void>;

export function createTidy(deps: {
  readonly work: Pick<DocumentWork, 'settled' | 'settle'>;
  readonly chunks: Pick<DocumentChunks, 'removeOthers'>;
}): TidyDocument {
  return async ({ _id, version }) => {
    const document = await deps.work.settled({ _id, version });
    if (!document) return;
    const { live_version } = document;
    await deps.chunks.removeOthers(_id, version, live_version);
    await deps.work.settle({ _id, version });
  };
}
