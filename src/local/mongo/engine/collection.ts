import { ObjectId } from 'bson';
import { StoreError } from '../errors.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { decodeDocument, encodeStoredDocument } from '../values/codec.ts';
import { type Doc, firstKey, getField } from '../values/document.ts';
import { compareSpecs, ID_INDEX, type IndexSpec } from './index-spec.ts';
import { OrderedIndex } from './ordered-index.ts';
import type { StoredRecord, Version } from './stored-record.ts';

/** How much work the queries of a collection did since it was opened; tests read it, nothing else does. */
export interface CollectionStats {
  /** Documents a query looked at, whether they matched or not. */
  examined: number;
  /** Documents that were sorted in memory because no index had the order. */
  sorted: number;
}

export interface CollectionDeps {
  database: string;
  name: string;
  /** The number of this collection in the journal. */
  id: number;
  journal: JournalWriter;
}

/**
 * The documents of one collection and its indexes, in memory. Each method either happens completely, in memory and in
 * the journal's buffer, or throws and changes nothing. It is durable when the journal says so, not when it returns.
 */
export class Collection {
  readonly database: string;
  readonly name: string;
  readonly id: number;
  readonly stats: CollectionStats = { examined: 0, sorted: 0 };
  #journal: JournalWriter;
  /** By canonical `_id`, in order of insertion: the natural order. */
  readonly #records = new Map<string, StoredRecord>();
  #indexes: OrderedIndex[] = [new OrderedIndex(ID_INDEX)];
  #nextNumber = 1;

  constructor({ database, name, id, journal }: CollectionDeps) {
    this.database = database;
    this.name = name;
    this.id = id;
    this.#journal = journal;
  }

  /** From here on changes are reported to this journal. */
  attach(journal: JournalWriter): void {
    this.#journal = journal;
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  get size(): number {
    return this.#records.size;
  }

  get indexes(): readonly OrderedIndex[] {
    return this.#indexes;
  }

  records(): IterableIterator<StoredRecord> {
    return this.#records.values();
  }

  byId(id: unknown): StoredRecord | undefined {
    return this.#records.get(canonicalKey(id));
  }

  /** Adds a document; `_id` is made up when missing and always stored first. Throws DuplicateKey, BSONObjectTooLarge … */
  insert(input: Doc): StoredRecord {
    const doc = withIdFirst(input);
    checkId(doc._id);
    const bytes = encodeStoredDocument(doc);
    const key = canonicalKey(doc._id);
    if (this.#records.has(key)) throw this.#duplicate(ID_INDEX, [doc._id]);
    const record: StoredRecord = { number: this.#nextNumber, version: { doc, bytes } };
    this.#changeKeys(record, null, doc);
    this.#nextNumber++;
    this.#records.set(key, record);
    this.#journal.put(this.id, bytes);
    return record;
  }

  /** Replaces a record's document; false when the new one is byte for byte the old one. The `_id` must be the same. */
  replace(record: StoredRecord, next: Doc): boolean {
    const { doc, bytes: oldBytes } = record.version;
    const bytes = encodeStoredDocument(next);
    if (Buffer.compare(bytes, oldBytes) === 0) return false;
    const version: Version = { doc: next, bytes };
    this.#changeKeys(record, doc, next);
    record.version = version;
    this.#journal.put(this.id, bytes, oldBytes.length);
    return true;
  }

  remove(record: StoredRecord): void {
    const { doc, bytes } = record.version;
    this.#changeKeys(record, doc, null);
    this.#records.delete(canonicalKey(doc._id));
    this.#journal.remove(this.id, doc._id, bytes.length);
  }

  /** Creates an index over what is there; false when it exists already. Throws DuplicateKey or a conflict and adds nothing. */
  createIndex(spec: IndexSpec): boolean {
    for (const existing of this.#indexes) {
      const relation = compareSpecs(existing.spec, spec);
      if (relation === 'same') return false;
      if (relation !== 'none') throw relation;
    }
    const index = new OrderedIndex(spec);
    for (const record of this.#records.values()) {
      const keys = index.keysOf(record.version.doc);
      const taken = spec.unique ? index.takenKey(keys, record) : null;
      if (taken !== null) throw this.#duplicate(spec, taken);
      index.add(keys, record);
    }
    this.#indexes.push(index);
    this.#journal.createIndex(this.id, spec);
    return true;
  }

  dropIndex(name: string): void {
    this.dropRestoredIndex(name);
    this.#journal.dropIndex(this.id, name);
  }

  /** Replay: takes a document as it is; the indexes follow with `rebuildIndexes`. */
  restore(bytes: Uint8Array): void {
    const doc = decodeDocument(bytes);
    const key = canonicalKey(doc._id);
    const known = this.#records.get(key);
    if (known === undefined) this.#records.set(key, { number: this.#nextNumber++, version: { doc, bytes } });
    else known.version = { doc, bytes };
  }

  /** Replay: forgets a document. */
  restoreRemoval(id: unknown): void {
    this.#records.delete(canonicalKey(id));
  }

  /** Replay: notes or forgets an index without filling it. */
  restoreIndex(spec: IndexSpec): void {
    this.dropRestoredIndex(spec.name);
    this.#indexes.push(new OrderedIndex(spec));
  }

  dropRestoredIndex(name: string): void {
    this.#indexes = this.#indexes.filter(({ spec }) => spec.name !== name);
  }

  /** Fills all indexes after a replay. */
  rebuildIndexes(): void {
    this.#indexes = this.#indexes.map(({ spec }) => new OrderedIndex(spec));
    for (const record of this.#records.values()) {
      for (const index of this.#indexes) index.add(index.keysOf(record.version.doc), record);
    }
  }

  /** All keys are computed and all unique indexes asked before the first tree is touched: a throw leaves no trace. */
  #changeKeys(record: StoredRecord, before: Doc | null, after: Doc | null): void {
    const changes: { index: OrderedIndex; remove: readonly unknown[][]; add: readonly unknown[][] }[] = [];
    for (const index of this.#indexes) {
      if (before !== null && after !== null && index.unaffectedBy(before, after)) continue;
      const add = after === null ? [] : index.keysOf(after);
      const remove = before === null ? [] : index.keysOf(before);
      const taken = index.spec.unique && add.length > 0 ? index.takenKey(add, record) : null;
      if (taken !== null) throw this.#duplicate(index.spec, taken);
      changes.push({ index, remove, add });
    }
    for (const { index, remove, add } of changes) {
      index.remove(remove, record);
      index.add(add, record);
    }
  }

  #duplicate(spec: IndexSpec, values: readonly unknown[]): StoreError {
    const keyValue = Object.fromEntries(Object.keys(spec.key).map((path, i) => [path, values[i] ?? null]));
    const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${showValue(value)}`);
    return new StoreError(
      11000,
      `E11000 duplicate key error collection: ${this.namespace} index: ${spec.name} dup key: { ${shown.join(', ')} }`,
      { keyPattern: { ...spec.key }, keyValue },
    );
  }
}

function showValue(value: unknown): string {
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  return JSON.stringify(value) ?? 'null';
}

function withIdFirst(doc: Doc): Doc {
  if (firstKey(doc) === '_id') return doc;
  const id = getField(doc, '_id');
  const { _id, ...rest } = doc;
  return { _id: id === undefined ? new ObjectId() : id, ...rest };
}

function checkId(id: unknown): void {
  if (Array.isArray(id)) throw new StoreError(53, "The '_id' value cannot be of type array");
  if (id === undefined) throw new StoreError(53, "The '_id' value cannot be of type undefined");
  if (typeof id !== 'object' || id === null) return;
  if ((id as { _bsontype?: unknown })._bsontype === 'BSONRegExp') {
    throw new StoreError(53, "The '_id' value cannot be of type regex");
  }
  const [dollar] = Object.keys(id).filter((key) => key.startsWith('$'));
  if (dollar !== undefined) {
    throw new StoreError(52, `_id fields may not contain '$'-prefixed fields: ${dollar} is not valid for storage.`);
  }
}
