import { crc32 } from 'node:zlib';
import { describeIndex, type IndexSpec, parseIndexSpec } from '../engine/index-spec.ts';
import { StoreError } from '../errors.ts';
import { decodeDocument, encodeDocument } from '../values/codec.ts';
import type { Doc } from '../values/document.ts';

/** One change of the store. Applying a journal from its beginning gives the state; order matters, repetition does not. */
export type JournalOp =
  | { kind: 'put'; collection: number; bytes: Uint8Array }
  | { kind: 'remove'; collection: number; id: unknown }
  | { kind: 'createCollection'; collection: number; database: string; name: string }
  | { kind: 'dropCollection'; collection: number }
  | { kind: 'createIndex'; collection: number; spec: IndexSpec }
  | { kind: 'dropIndex'; collection: number; name: string };

/** The first bytes of a journal: a name and the version of the format. */
export const JOURNAL_HEADER = Buffer.from('skeinjournal\0\0\0\x01', 'latin1');

/** u32 length of the payload, u32 CRC-32 of it, both little endian. */
export const FRAME_BYTES = 8;

const PUT = 1;
const REMOVE = 2;
const SCHEMA = 3;

/** The frame of one record: length, checksum, then kind, collection number and a BSON document. */
export function encodeRecord(op: JournalOp): Buffer {
  switch (op.kind) {
    case 'put':
      return frame(PUT, op.collection, op.bytes);
    case 'remove':
      return frame(REMOVE, op.collection, encodeDocument({ _id: op.id }));
    case 'createCollection':
      return schema(op.collection, { create: op.name, database: op.database });
    case 'dropCollection':
      return schema(op.collection, { drop: true });
    case 'createIndex':
      return schema(op.collection, { index: describeIndex(op.spec) });
    case 'dropIndex':
      return schema(op.collection, { dropIndex: op.name });
  }
}

function schema(collection: number, doc: Doc): Buffer {
  return frame(SCHEMA, collection, encodeDocument(doc));
}

function frame(kind: number, collection: number, body: Uint8Array): Buffer {
  const record = Buffer.allocUnsafe(FRAME_BYTES + 5 + body.length);
  record[FRAME_BYTES] = kind;
  record.writeUInt32LE(collection, FRAME_BYTES + 1);
  record.set(body, FRAME_BYTES + 5);
  const payload = record.subarray(FRAME_BYTES);
  record.writeUInt32LE(payload.length, 0);
  record.writeUInt32LE(crc32(payload), 4);
  return record;
}

/** The payload of a frame at the start of `bytes`: null when it is cut off, damaged or not a frame at all. */
export function readPayload(bytes: Buffer): Buffer | null {
  if (bytes.length < FRAME_BYTES) return null;
  const length = bytes.readUInt32LE(0);
  if (length < 5 || bytes.length < FRAME_BYTES + length) return null;
  const payload = bytes.subarray(FRAME_BYTES, FRAME_BYTES + length);
  return crc32(payload) === bytes.readUInt32LE(4) ? payload : null;
}

/** The change in a payload whose checksum was right; throws when it is not one this version writes. */
export function decodePayload(payload: Buffer): JournalOp {
  const collection = payload.readUInt32LE(1);
  const body = payload.subarray(5);
  switch (payload[0]) {
    case PUT:
      return { kind: 'put', collection, bytes: Uint8Array.prototype.slice.call(body) };
    case REMOVE:
      return { kind: 'remove', collection, id: decodeDocument(body)._id };
    case SCHEMA:
      return decodeSchema(collection, decodeDocument(body));
    default:
      throw new StoreError(1, `the journal holds a record of unknown kind ${payload[0]}`);
  }
}

function decodeSchema(collection: number, doc: Doc): JournalOp {
  if (typeof doc.create === 'string' && typeof doc.database === 'string') {
    return { kind: 'createCollection', collection, database: doc.database, name: doc.create };
  }
  if (doc.drop === true) return { kind: 'dropCollection', collection };
  if (doc.index !== undefined) return { kind: 'createIndex', collection, spec: parseIndexSpec(doc.index) };
  if (typeof doc.dropIndex === 'string') return { kind: 'dropIndex', collection, name: doc.dropIndex };
  throw new StoreError(1, `the journal holds an unknown schema record: ${Object.keys(doc).join(', ')}`);
}
