/**
 * Documents as their project sees them. An upload is accepted by one update, when its last byte is stored (`accept`); until then it is hidden, and removed when nobody goes on with it. Every change is a
 * compare-and-set, so it may be repeated. `due_at` is how a sweep finds what a crash left.
 */
import type { Document, MediaType } from '../domain/document.ts';
import { newId } from '../domain/ids.ts';
import type { Metadata } from '../domain/json.ts';
import { AppError } from '../errors/app-error.ts';
import { changeOne } from './change-one.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { DocumentModels, StoredDocument } from './document-models.ts';
import { keyFields, type RequestKey, sameRequestOfLiving } from './request-key.ts';

/** An upload that is under way longer than this has been left. */
const UPLOAD_MS = 3_600_000;
/** A bell needs a moment to be heard, also on a busy machine. */
export const OVERDUE_MS = 3000;

export interface Upload {
  readonly name: string;
  readonly media_type: MediaType;
  readonly bytes: number;
  readonly metadata: Metadata;
}

export interface DocumentRepository {
  /** A hidden document that parts can be stored for. @returns its id */
  begin(projectId: string): Promise<string>;
  /** The upload becomes a document. @throws AppError state_conflict when another request with this key was first, or it was left too long */
  accept(projectId: string, documentId: string, upload: Upload, key?: RequestKey): Promise<StoredDocument>;
  /** Takes an upload back as if it had never been; its parts are the caller's to remove. Does nothing to a document that was accepted. */
  discard(projectId: string, documentId: string): Promise<boolean>;
  /** What an earlier request with this key made. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(projectId: string, key: RequestKey): Promise<StoredDocument | null>;
  get(projectId: string, documentId: string): Promise<StoredDocument | null>;
  /** Newest first. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<StoredDocument[]>;
  /** It is to be read again; what is found of it stays as it is until then. null: no such document, or it is queued or being read. */
  requeue(projectId: string, documentId: string): Promise<StoredDocument | null>;
  /** Gone for all readers. null: no such document. */
  markDeleted(projectId: string, documentId: string): Promise<StoredDocument | null>;
  /** Ids of documents whose metadata has all of these; at most `limit`. */
  withMetadata(projectId: string, metadata: Metadata, limit: number): Promise<string[]>;
  /** Of these documents: names, and which version searches see. */
  live(
    projectId: string,
    documentIds: readonly string[],
  ): Promise<Pick<StoredDocument, '_id' | 'name' | 'live_version'>[]>;
  /** Passages of the project, and the sum of their lengths. */
  totals(projectId: string): Promise<{ chunks: number; terms: number }>;
}

export function createDocumentRepository({ documents }: Pick<DocumentModels, 'documents'>): DocumentRepository {
  const insert = createInserter(documents);
  const living = { status: { $in: ['queued', 'processing', 'ready', 'failed'] as const }, deleted_at: null };
  const one = (projectId: string, documentId: string) => ({ _id: documentId, project_id: projectId, ...living });

  return {
    async begin(projectId) {
      const now = new Date();
      const document: StoredDocument = {
        _id: newId(),
        project_id: projectId,
        name: '',
        media_type: 'text/plain',
        bytes: 0,
        status: 'uploading',
        progress: 0,
        error: null,
        metadata: {},
        version: 0,
        live_version: null,
        chunks: 0,
        characters: 0,
        terms: 0,
        lost: 0,
        bell: 0,
        lease: null,
        created_at: now,
        updated_at: now,
        indexed_at: null,
        embedded_with: null,
        due_at: new Date(now.getTime() + UPLOAD_MS),
      };
      await insert(document);
      return document._id;
    },

    async accept(projectId, documentId, upload, key) {
      const now = new Date();
      const set = { ...upload, ...keyFields(key), status: 'queued', bell: 1, created_at: now, updated_at: now };
      const due = { due_at: new Date(now.getTime() + OVERDUE_MS) };
      const uploading = { _id: documentId, project_id: projectId, status: 'uploading', deleted_at: null };
      const accepted = await changeOne(documents, uploading, { $set: { ...set, ...due } }).catch((error: unknown) => {
        if (isDuplicateKey(error)) return null;
        throw error;
      });
      if (!accepted) throw new AppError('state_conflict', { detail: 'An identical request is under way; try again.' });
      return accepted;
    },

    async discard(projectId, documentId) {
      const now = new Date();
      const uploading = { _id: documentId, project_id: projectId, status: 'uploading', deleted_at: null };
      return (await changeOne(documents, uploading, { $set: { deleted_at: now, due_at: now } })) !== null;
    },

    async byRequest(projectId, key) {
      const found = await documents.findOne({ project_id: projectId, idempotency_key: key.key }).lean<StoredDocument>();
      return sameRequestOfLiving(found, key, 'document');
    },

    get: (projectId, documentId) => documents.findOne(one(projectId, documentId)).lean<StoredDocument>(),

    list: (projectId, { limit, after }) =>
      documents
        .find({ project_id: projectId, ...living, ...(after ? { _id: { $lt: after } } : {}) })
        .sort({ _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<StoredDocument[]>(),

    requeue(projectId, documentId) {
      const now = new Date();
      const due_at = new Date(now.getTime() + OVERDUE_MS);
      return changeOne(
        documents,
        { ...one(projectId, documentId), status: { $in: ['ready', 'failed'] } },
        { $set: { status: 'queued', progress: 0, error: null, lost: 0, updated_at: now, due_at }, $inc: { bell: 1 } },
      );
    },

    async markDeleted(projectId, documentId) {
      const now = new Date();
      return changeOne(documents, one(projectId, documentId), {
        $set: { deleted_at: now },
        // Not before the end of a worker's lease on it.
        $max: { due_at: now },
      });
    },

    async withMetadata(projectId, metadata, limit) {
      const fields = Object.entries(metadata).map(([name, value]) => [`metadata.${name}`, value]);
      const found = await documents
        .find({ project_id: projectId, ...living, ...Object.fromEntries(fields) }, { _id: 1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<{ _id: string }[]>();
      return found.map(({ _id }) => _id);
    },

    live: (projectId, documentIds) =>
      documents
        .find({ _id: { $in: documentIds }, project_id: projectId, deleted_at: null }, { name: 1, live_version: 1 })
        .batchSize(documentIds.length + 1)
        .lean<Pick<StoredDocument, '_id' | 'name' | 'live_version'>[]>(),

    async totals(projectId) {
      const [sum] = await documents.aggregate<{ chunks: number; terms: number }>([
        { $match: { project_id: projectId, ...living } },
        { $group: { _id: null, chunks: { $sum: '$chunks' }, terms: { $sum: '$terms' } } },
      ]);
      return { chunks: sum?.chunks ?? 0, terms: sum?.terms ?? 0 };
    },
  };
}

/** A document as clients see it. */
export function toDocument(document: StoredDocument): Document {
  const { status } = document;
  return {
    document_id: document._id,
    project_id: document.project_id,
    name: document.name,
    media_type: document.media_type,
    bytes: document.bytes,
    // Nobody is shown one that is uploading.
    status: status === 'uploading' ? 'queued' : status,
    progress: document.progress,
    error: document.error,
    chunks: document.chunks,
    characters: document.characters,
    metadata: document.metadata,
    created_at: document.created_at.toISOString(),
    updated_at: document.updated_at.toISOString(),
    indexed_at: document.indexed_at?.toISOString() ?? null,
  };
}
