import { type Connection, type Model, type mongo, Schema } from 'mongoose';
import type { Document, MediaType } from '../domain/document.ts';
import type { Metadata } from '../domain/json.ts';
import { type Keyed, REMOVED_KEY_SECONDS } from './request-key.ts';

/** A document of a project. Its source is in parts, its text in chunks. */
export interface StoredDocument extends Keyed {
  _id: string;
  project_id: string;
  name: string;
  media_type: MediaType;
  bytes: number;
  /** `uploading`: nobody sees it yet. */
  status: 'uploading' | Document['status'];
  progress: number;
  error: Document['error'];
  metadata: Metadata;
  /** Counts the attempts to read it; each writes chunks of its own version. */
  version: number;
  /** What searches see; null before the first attempt that came to its end. */
  live_version: number | null;
  /** Of the live version; `terms` is the sum of the lengths of its chunks. */
  chunks: number;
  characters: number;
  terms: number;
  /** How often in a row the worker that read it was lost. */
  lost: number;
  /** How often a bell was due. */
  bell: number;
  /** Who reads it, until `due_at`; a new text each time, so that the one before knows that it has lost it. */
  lease: string | null;
  created_at: Date;
  updated_at: Date;
  indexed_at: Date | null;
  /** The model whose vectors all chunks of the live version have. */
  embedded_with: string | null;
  /** When a sweep has to look at it; absent when there is nothing to do. */
  due_at?: Date;
  /** It is gone for every reader from then on. */
  deleted_at?: Date;
}

/** A piece of the source; `_id` is `<document>:<n>`. */
export interface DocumentPart {
  _id: string;
  document_id: string;
  n: number;
  data: mongo.Binary;
}

/** A passage; `_id` is `<document>:<version>:<index>`, so an attempt stores each once. */
export interface DocumentChunk {
  _id: string;
  document_id: string;
  project_id: string;
  version: number;
  index: number;
  start: number;
  end: number;
  page: number | null;
  heading: string[];
  text: string;
  /** Each term once; `freqs` says how often it comes, `length` how many there are. */
  terms: string[];
  freqs: number[];
  length: number;
  /** 32 bit floats, and the model they are of. */
  embedding?: mongo.Binary;
  embedding_model?: string;
}

export interface DocumentModels {
  readonly documents: Model<StoredDocument>;
  readonly documentParts: Model<DocumentPart>;
  readonly documentChunks: Model<DocumentChunk>;
}

const text = { type: String, required: true } as const;
const whole = { type: Number, required: true } as const;
const any = { type: Schema.Types.Mixed } as const;
const options = { versionKey: false, minimize: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;

/** The collections of documents, bound to one connection. */
export function createDocumentModels(connection: Connection): DocumentModels {
  const documents = new Schema(
    {
      _id: text,
      project_id: text,
      name: String,
      media_type: String,
      bytes: Number,
      status: String,
      progress: Number,
      error: any,
      metadata: any,
      version: Number,
      live_version: any,
      chunks: Number,
      characters: Number,
      terms: Number,
      lost: Number,
      bell: Number,
      lease: any,
      created_at: Date,
      updated_at: Date,
      indexed_at: any,
      embedded_with: any,
      due_at: Date,
      deleted_at: Date,
      idempotency_key: String,
      fingerprint: String,
      removed_at: Date,
    },
    { ...options, collection: 'documents' },
  )
    .index({ project_id: 1, _id: -1 }, { name: 'list' })
    .index(
      { project_id: 1, idempotency_key: 1 },
      { name: 'idempotency', unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } },
    )
    .index({ due_at: 1 }, { name: 'due', sparse: true })
    .index({ removed_at: 1 }, { name: 'removed_keys', expireAfterSeconds: REMOVED_KEY_SECONDS, sparse: true });
  const parts = new Schema(
    { _id: text, document_id: text, n: whole, data: any },
    { ...options, collection: 'document_parts' },
  ).index({ document_id: 1, n: 1 }, { name: 'of_document' });
  const chunks = new Schema(
    {
      _id: text,
      document_id: text,
      project_id: text,
      version: whole,
      index: whole,
      start: whole,
      end: whole,
      page: any,
      heading: any,
      text,
      terms: { type: [String], default: undefined },
      freqs: any,
      length: whole,
      embedding: any,
      embedding_model: String,
    },
    { ...options, collection: 'document_chunks' },
  )
    .index({ project_id: 1, terms: 1 }, { name: 'search' })
    .index(
      { project_id: 1, embedding_model: 1 },
      { name: 'vectors', partialFilterExpression: { embedding_model: { $exists: true } } },
    )
    .index({ document_id: 1, version: 1, index: 1 }, { name: 'of_document' });
  return {
    documents: connection.model('documents', documents) as unknown as Model<StoredDocument>,
    documentParts: connection.model('document_parts', parts) as unknown as Model<DocumentPart>,
    documentChunks: connection.model('document_chunks', chunks) as unknown as Model<DocumentChunk>,
  };
}
