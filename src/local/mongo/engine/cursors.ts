import { Long } from 'bson';
import { StoreError } from '../errors.ts';
import { MAX_DOCUMENT_BYTES } from '../values/codec.ts';
import type { Doc } from '../values/document.ts';
import { RawDocuments } from '../wire/raw-documents.ts';

interface OpenCursor {
  namespace: string;
  source: Iterator<Uint8Array>;
  /** Taken from the source and not sent yet: says whether there is more without an empty batch at the end. */
  ahead: Uint8Array | undefined;
  usedAt: number;
}

/** MongoDB's idle time after which a cursor is closed. */
const IDLE_MS = 10 * 60_000;
const MAX_CURSORS = 10_000;

/** The open cursors of a store. Their documents are versions that do not change any more, so they see one moment. */
export class Cursors {
  readonly #open = new Map<string, OpenCursor>();
  readonly #now: () => Date;
  #nextId = 1;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** The `cursor` field of an answer with the first batch; a cursor stays open only when there is more. */
  first(namespace: string, documents: Iterable<Uint8Array>, batchSize: number, single: boolean): Doc {
    const source = documents[Symbol.iterator]();
    const cursor: OpenCursor = { namespace, source, ahead: pull(source), usedAt: 0 };
    const firstBatch = takeBatch(cursor, batchSize);
    const more = cursor.ahead !== undefined && !single;
    return { firstBatch, id: more ? this.#keep(cursor) : Long.ZERO, ns: namespace };
  }

  /** The next batch; throws CursorNotFound. */
  next(id: unknown, namespace: string, batchSize: number): Doc {
    const key = String(id);
    const cursor = this.#open.get(key);
    if (cursor === undefined || cursor.namespace !== namespace) throw new StoreError(43, `cursor id ${key} not found`);
    cursor.usedAt = this.#now().getTime();
    const nextBatch = takeBatch(cursor, batchSize);
    if (cursor.ahead === undefined) this.#open.delete(key);
    return { nextBatch, id: cursor.ahead === undefined ? Long.ZERO : Long.fromString(key), ns: namespace };
  }

  kill(id: unknown): boolean {
    return this.#open.delete(String(id));
  }

  #keep(cursor: OpenCursor): Long {
    const now = this.#now().getTime();
    for (const [key, { usedAt }] of this.#open) if (now - usedAt > IDLE_MS) this.#open.delete(key);
    if (this.#open.size >= MAX_CURSORS) throw new StoreError(2, `more than ${MAX_CURSORS} cursors are open`);
    const id = Long.fromNumber(this.#nextId++);
    cursor.usedAt = now;
    this.#open.set(id.toString(), cursor);
    return id;
  }
}

function pull(source: Iterator<Uint8Array>): Uint8Array | undefined {
  const { done, value } = source.next();
  return done === true ? undefined : value;
}

/** At most `batchSize` documents and 16 MiB, but always one. */
function takeBatch(cursor: OpenCursor, batchSize: number): RawDocuments {
  const documents: Uint8Array[] = [];
  let bytes = 0;
  while (cursor.ahead !== undefined && documents.length < batchSize) {
    bytes += cursor.ahead.length;
    if (bytes > MAX_DOCUMENT_BYTES && documents.length > 0) break;
    documents.push(cursor.ahead);
    cursor.ahead = pull(cursor.source);
  }
  return new RawDocuments(documents);
}
