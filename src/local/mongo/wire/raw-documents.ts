import { encodeDocument } from '../values/codec.ts';
import { type Doc, isDoc } from '../values/document.ts';

/** Documents that are BSON already: an answer takes their bytes as they are. */
export class RawDocuments {
  readonly documents: readonly Uint8Array[];

  constructor(documents: readonly Uint8Array[]) {
    this.documents = documents;
  }
}

/** One document that is BSON already. */
export class RawDocument {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

const DOCUMENT = 3;
const ARRAY = 4;

/** An answer as BSON, with raw documents at the top or one level below it (`cursor.firstBatch`). */
export function encodeAnswer(answer: Doc): Uint8Array {
  const elements: Uint8Array[] = [];
  for (const [name, value] of Object.entries(answer)) {
    if (value instanceof RawDocument) {
      elements.push(header(DOCUMENT, name), value.bytes);
    } else if (value instanceof RawDocuments) {
      const members = value.documents.flatMap((bytes, i) => [header(DOCUMENT, String(i)), bytes]);
      elements.push(header(ARRAY, name), wrap(members));
    } else if (isDoc(value)) {
      elements.push(header(DOCUMENT, name), encodeAnswer(value));
    } else {
      elements.push(encodeDocument({ [name]: value }).subarray(4, -1));
    }
  }
  return wrap(elements);
}

function header(type: number, name: string): Uint8Array {
  const length = Buffer.byteLength(name);
  const bytes = Buffer.allocUnsafe(length + 2);
  bytes[0] = type;
  bytes.write(name, 1);
  bytes[length + 1] = 0;
  return bytes;
}

function wrap(elements: readonly Uint8Array[]): Uint8Array {
  let length = 5;
  for (const element of elements) length += element.length;
  const bytes = Buffer.allocUnsafe(length);
  bytes.writeInt32LE(length, 0);
  let at = 4;
  for (const element of elements) {
    bytes.set(element, at);
    at += element.length;
  }
  bytes[at] = 0;
  return bytes;
}
