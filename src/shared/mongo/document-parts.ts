import mongoose from 'mongoose';
import type { DocumentModels } from './document-models.ts';

/** A document of MongoDB has 16 MB at most; smaller ones keep an upload's memory small. */
const PART_BYTES = 1_048_576;

export interface DocumentParts {
  /** Stores a source as it comes; one part is held at a time. @throws what `source` throws */
  store(documentId: string, source: AsyncIterable<Buffer>): Promise<void>;
  /** The whole source, in a buffer of its own. null: parts of it are missing. */
  load(documentId: string, bytes: number): Promise<Uint8Array<ArrayBuffer> | null>;
  remove(documentId: string): Promise<void>;
}

export function createDocumentParts({ documentParts }: Pick<DocumentModels, 'documentParts'>): DocumentParts {
  return {
    async store(documentId, source) {
      let n = 0;
      let pending: Buffer[] = [];
      let size = 0;
      const write = async (): Promise<void> => {
        const data = new mongoose.mongo.Binary(Buffer.concat(pending, size));
        await documentParts.collection.insertOne({
          _id: `${documentId}:${n}`,
          document_id: documentId,
          n,
          data,
        } as object);
        n += 1;
        pending = [];
        size = 0;
      };
      for await (const chunk of source) {
        for (let from = 0; from < chunk.length; ) {
          const piece = chunk.subarray(from, from + PART_BYTES - size);
          pending.push(piece);
          size += piece.length;
          from += piece.length;
          if (size === PART_BYTES) await write();
        }
      }
      if (size > 0) await write();
    },

    async load(documentId, bytes) {
      const whole = new Uint8Array(bytes);
      let size = 0;
      const parts = documentParts.collection
        .find({ document_id: documentId }, { projection: { data: 1 } })
        .sort({ n: 1 })
        .batchSize(4);
      for await (const { data } of parts) {
        const part = (data as mongoose.mongo.Binary).value();
        if (size + part.length > bytes) return null;
        whole.set(part, size);
        size += part.length;
      }
      return size === bytes ? whole : null;
    },

    async remove(documentId) {
      await documentParts.deleteMany({ document_id: documentId });
    },
  };
}
