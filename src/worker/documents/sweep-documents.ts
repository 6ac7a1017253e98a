/**
 * Finds the documents that a crash or a lost Redis left: uploads nobody goes on with, documents without a bell, readers that are gone, chunks and sources that are to be removed. Each part may be repeated, by several
 * workers at once.
 */
import type { DocumentServices } from '../../shared/documents/document-services.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { StoredDocument } from '../../shared/mongo/document-models.ts';
import type { DocumentWork } from '../../shared/mongo/document-work.ts';
import type { TidyDocument } from './tidy-document.ts';

/** A document that has ended this many workers ends no more. */
const MAX_LOST = 3;

export function createDocumentSweep(deps: {
  readonly work: DocumentWork;
  readonly services: Pick<DocumentServices, 'repository' | 'queue' | 'ring' | 'remove'>;
  readonly tidy: TidyDocument;
  /** Are there vectors? */
  readonly embeds: boolean;
  readonly logger: Logger;
}): () => Promise<void> {
  const { work, services, tidy, embeds, logger } = deps;

  async function ringAgain(document: StoredDocument): Promise<void> {
    const { _id, bell } = document;
    if (await services.queue.isWaiting({ document_id: _id, bell })) return work.wait(document);
    const again = await work.ringAgain(document);
    if (again) await services.ring(again);
  }

  async function takeOver(document: StoredDocument): Promise<void> {
    logger.warn({ document_id: document._id, version: document.version }, 'took a document from a worker that is gone');
    if (document.lost + 1 >= MAX_LOST) {
      const message = `It was given up after ${MAX_LOST} workers that read it were lost.`;
      await work.fail(document, { code: 'worker_lost', message });
      return;
    }
    const again = await work.handBack(document, true);
    if (again) await services.ring(again);
  }

  /** Vectors take their time: that is for a slot, not for the sweep. */
  async function finish(document: StoredDocument): Promise<void> {
    if (!embeds || document.status === 'failed') return tidy(document._id);
    await work.postpone(document);
    await services.ring(document);
  }

  async function see(document: StoredDocument): Promise<void> {
    if (document.deleted_at) return services.remove(document);
    switch (document.status) {
      case 'uploading':
        if (await services.repository.discard(document.project_id, document._id)) await services.remove(document);
        return;
      case 'queued':
        return ringAgain(document);
      case 'processing':
        return takeOver(document);
      case 'ready':
      case 'failed':
        return finish(document);
    }
  }

  return async () => {
    // One that cannot be seen to must not keep the others from it.
    for (const document of await work.due())
      await see(document).catch((err) => logger.warn({ err, document_id: document._id }, 'document sweep'));
  };
}
