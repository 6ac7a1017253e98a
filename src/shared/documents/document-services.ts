import type { Redis } from 'ioredis';
import type { Embedder } from '../llm/create-embedder.ts';
import type { Logger } from '../logging/create-logger.ts';
import { createDocumentChunks, type DocumentChunks } from '../mongo/document-chunks.ts';
import type { DocumentModels, StoredDocument } from '../mongo/document-models.ts';
import { createDocumentParts, type DocumentParts } from '../mongo/document-parts.ts';
import { createDocumentRepository, type DocumentRepository } from '../mongo/document-repository.ts';
import { createDocumentQueue, type DocumentQueue } from '../queue/document-queue.ts';
import { createSearch, type SearchDocuments } from '../search/create-search.ts';
import { createRemoveDocument, type RemoveDocument } from './remove-document.ts';

/** What API and worker have in common of documents. */
export interface DocumentServices {
  readonly repository: DocumentRepository;
  readonly parts: DocumentParts;
  readonly chunks: DocumentChunks;
  readonly queue: DocumentQueue;
  /** Never throws: for a bell that is lost the sweeper rings again. */
  readonly ring: (document: Pick<StoredDocument, '_id' | 'bell'>) => Promise<void>;
  readonly remove: RemoveDocument;
  readonly search: SearchDocuments;
  /** null: only words are searched. */
  readonly embedder: Embedder | null;
}

/** @param deps.redis a connection of role `command` */
export function createDocumentServices(deps: {
  models: DocumentModels;
  redis: Redis;
  queuePrefix: string;
  embedder: Embedder | null;
  logger: Logger;
}): DocumentServices {
  const { models, redis, queuePrefix, embedder, logger } = deps;
  const repository = createDocumentRepository(models);
  const parts = createDocumentParts(models);
  const chunks = createDocumentChunks(models);
  const queue = createDocumentQueue(redis, queuePrefix, (err) => logger.warn({ err }, 'document queue'));
  return {
    repository,
    parts,
    chunks,
    queue,
    async ring({ _id, bell }) {
      await queue
        .ring({ document_id: _id, bell })
        .catch((err) => logger.warn({ err, document_id: _id }, 'no bell for a document; the sweeper rings again'));
    },
    remove: createRemoveDocument({ models, parts, chunks }),
    search: createSearch({ documents: repository, chunks, embedder, logger }),
    embedder,
  };
}
