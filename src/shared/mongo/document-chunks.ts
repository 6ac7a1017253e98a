import mongoose from 'mongoose';
import { type StoredVector, toBytes } from '../search/rank-vectors.ts';
import type { DocumentChunk, DocumentModels } from './document-models.ts';
import { insertNew } from './insert-new.ts';

/** Which passages a search looks at. */
export interface ChunkScope {
  readonly projectId: string;
  readonly documentIds?: readonly string[] | undefined;
}

/** What ranking needs of a passage. */
export type Candidate = Pick<DocumentChunk, '_id' | 'document_id' | 'version' | 'terms' | 'freqs' | 'length'>;

export type FoundVector = StoredVector & Pick<DocumentChunk, 'document_id' | 'version'>;

export interface DocumentChunks {
  /** Adds those that are missing. */
  store(chunks: readonly DocumentChunk[]): Promise<void>;
  remove(documentId: string): Promise<void>;
  /** All up to a version, but for the live one. A later one may be growing. */
  removeOthers(documentId: string, upTo: number, live: number | null): Promise<void>;
  removeVersion(documentId: string, version: number): Promise<void>;
  /** How many passages of the project have the term, counted up to `limit`. */
  countWith(projectId: string, term: string, limit: number): Promise<number>;
  /** Passages that have the term, at most `limit`. */
  candidates(scope: ChunkScope, term: string, limit: number): Promise<Candidate[]>;
  byIds(ids: readonly string[]): Promise<DocumentChunk[]>;
  /** Passages of a version that have no vector of the model, at most `limit`. */
  withoutVector(document: { _id: string; version: number }, model: string, limit: number): Promise<DocumentChunk[]>;
  storeVectors(model: string, vectors: readonly { id: string; vector: Float32Array }[]): Promise<void>;
  /** Vectors of the model: of these passages, or of all in the scope; at most `limit`. */
  vectors(scope: ChunkScope, model: string, of: readonly string[] | 'all', limit: number): Promise<FoundVector[]>;
  /** Passages of a version that reach into a part of the text, in order; at most `limit`. */
  between(
    document: { _id: string; version: number },
    start: number,
    end: number,
    limit: number,
  ): Promise<DocumentChunk[]>;
}

export function createDocumentChunks({ documentChunks }: Pick<DocumentModels, 'documentChunks'>): DocumentChunks {
  return {
    async store(chunks) {
      await insertNew(documentChunks, chunks);
    },

    async remove(documentId) {
      await documentChunks.deleteMany({ document_id: documentId });
    },

    async removeOthers(documentId, upTo, live) {
      const others = live === null ? { $lte: upTo } : { $lte: upTo, $ne: live };
      await documentChunks.deleteMany({ document_id: documentId, version: others });
    },

    async removeVersion(documentId, version) {
      await documentChunks.deleteMany({ document_id: documentId, version });
    },

    countWith: (projectId, term, limit) =>
      documentChunks.countDocuments({ project_id: projectId, terms: term }, { limit }),

    async candidates({ projectId, documentIds }, term, limit) {
      const scope = documentIds ? { document_id: { $in: documentIds } } : {};
      const found = documentChunks.collection.find({ project_id: projectId, terms: term, ...scope } as object, {
        projection: { document_id: 1, version: 1, terms: 1, freqs: 1, length: 1 },
        limit,
        batchSize: limit + 1,
      });
      return (await found.toArray()) as unknown as Candidate[];
    },

    byIds: (ids) =>
      documentChunks
        .find({ _id: { $in: ids } }, { terms: 0, freqs: 0, embedding: 0 })
        .batchSize(ids.length + 1)
        .lean<DocumentChunk[]>(),

    withoutVector: ({ _id, version }, model, limit) =>
      documentChunks
        .find({ document_id: _id, version, embedding_model: { $ne: model } }, { heading: 1, text: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<DocumentChunk[]>(),

    async storeVectors(model, vectors) {
      const changes = vectors.map(({ id, vector }) => ({
        updateOne: {
          filter: { _id: id },
          update: { $set: { embedding: new mongoose.mongo.Binary(toBytes(vector)), embedding_model: model } },
        },
      }));
      await documentChunks.collection.bulkWrite(changes as never[], { ordered: false });
    },

    async vectors({ projectId, documentIds }, model, of, limit) {
      const scope = documentIds ? { document_id: { $in: documentIds } } : {};
      const ids = of === 'all' ? {} : { _id: { $in: of } };
      const found = await documentChunks.collection
        .find({ ...ids, project_id: projectId, embedding_model: model, ...scope } as object, {
          projection: { document_id: 1, version: 1, embedding: 1 },
          limit,
          batchSize: limit + 1,
        })
        .toArray();
      return (found as unknown as DocumentChunk[]).flatMap(({ _id, document_id, version, embedding }) =>
        embedding ? [{ id: _id, document_id, version, bytes: embedding.value() }] : [],
      );
    },

    between: ({ _id, version }, start, end, limit) =>
      documentChunks
        .find(
          { document_id: _id, version, end: { $gt: start }, start: { $lt: end } },
          { terms: 0, freqs: 0, embedding: 0 },
        )
        .sort({ index: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<DocumentChunk[]>(),
  };
}
