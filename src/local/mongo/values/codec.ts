import { deserialize, serialize } from 'bson';
import { StoreError } from '../errors.ts';
import { type Doc, isDoc } from './document.ts';

/** MongoDB's limits, which `hello` announces. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
export const MAX_MESSAGE_BYTES = 48_000_000;

const DECODE = { promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/**
 * BSON to a document. Int32 and double become JS numbers (a double that is integral and fits 32 bits is written back as
 * int32); every other type keeps its class. Throws FailedToParse on malformed bytes.
 */
export function decodeDocument(bytes: Uint8Array): Doc {
  try {
    return deserialize(bytes, DECODE);
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack')) throw error;
    throw new StoreError(9, `invalid BSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A document to BSON, without the size check. Undefined fields are left out. */
export function encodeDocument(doc: Doc): Uint8Array {
  return serialize(doc, { ignoreUndefined: true });
}

/** MongoDB's limit to documents in documents in arrays … */
const MAX_DEPTH = 200;

function assertDepth(value: unknown, left: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (left === 0) throw new StoreError(15, `Exceeded depth limit of ${MAX_DEPTH} when converting to BSON`);
  if (Array.isArray(value)) {
    for (const member of value) assertDepth(member, left - 1);
  } else if (isDoc(value)) {
    for (const key of Object.keys(value)) assertDepth(value[key], left - 1);
  }
}

/** As `encodeDocument`, for a document that is to be stored: throws BSONObjectTooLarge above 16 MiB, Overflow when too deep. */
export function encodeStoredDocument(doc: Doc): Uint8Array {
  assertDepth(doc, MAX_DEPTH);
  let size: number;
  try {
    const bytes = encodeDocument(doc);
    if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes;
    size = bytes.length;
  } catch (error) {
    // The encoder's own buffer ends a little above the limit.
    if (!(error instanceof RangeError) || error.message.includes('call stack')) throw error;
    size = MAX_DOCUMENT_BYTES + 1;
  }
  throw new StoreError(
    10334,
    `BSONObj size: ${size} (0x${size.toString(16).toUpperCase()}) is invalid. Size must be between 0 and ${MAX_DOCUMENT_BYTES}(16MB)`,
  );
}
