import type { Doc } from '../values/document.ts';

/** One version of a document and its BSON. Never changed: an update makes a new one, so cursors may hold on to it. */
export interface Version {
  readonly doc: Doc;
  readonly bytes: Uint8Array;
}

/** A document's place in a collection; `number` grows with insertion and breaks ties between equal index keys. */
export interface StoredRecord {
  readonly number: number;
  version: Version;
}
