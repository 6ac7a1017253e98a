import { StoreError } from '../errors.ts';
import type { JournalOp } from '../journal/journal-record.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import { Collection } from './collection.ts';
import type { IndexSpec } from './index-spec.ts';

/** The databases and collections of a store. A database exists as long as it has a collection. */
export class Catalog {
  #journal: JournalWriter;
  readonly #collections = new Map<string, Collection>();
  #nextId = 1;

  constructor(journal: JournalWriter) {
    this.#journal = journal;
  }

  /** From here on changes are reported to this journal: after a replay, which must not write what it reads. */
  attach(journal: JournalWriter): void {
    this.#journal = journal;
    for (const collection of this.#collections.values()) collection.attach(journal);
  }

  all(): IterableIterator<Collection> {
    return this.#collections.values();
  }

  get(database: string, name: string): Collection | undefined {
    return this.#collections.get(`${database}.${name}`);
  }

  inDatabase(database: string): Collection[] {
    return [...this.#collections.values()].filter((collection) => collection.database === database);
  }

  /** The collection, created when it is not there: the first write creates it. Throws InvalidNamespace. */
  getOrCreate(database: string, name: string): Collection {
    return this.get(database, name) ?? this.create(database, name);
  }

  create(database: string, name: string): Collection {
    checkNamespace(database, name);
    const collection = this.#add(this.#nextId, database, name);
    this.#journal.createCollection(collection.id, database, name);
    return collection;
  }

  drop(collection: Collection): void {
    this.#collections.delete(collection.namespace);
    let bytes = 0;
    for (const { version } of collection.records()) bytes += version.bytes.length;
    this.#journal.dropCollection(collection.id, bytes);
  }

  /** Replay: the collection was created under this number. */
  restore(id: number, database: string, name: string): Collection {
    return this.#add(id, database, name);
  }

  /** Replay: the collection was dropped. */
  forget(collection: Collection): void {
    this.#collections.delete(collection.namespace);
  }

  #add(id: number, database: string, name: string): Collection {
    const collection = new Collection({ database, name, id, journal: this.#journal });
    this.#collections.set(collection.namespace, collection);
    this.#nextId = Math.max(this.#nextId, id + 1);
    return collection;
  }
}

/** Rebuilds a catalog from journal records; `finish` fills the indexes and returns the size of all documents. */
export class CatalogReplay {
  readonly #catalog: Catalog;
  readonly #byId = new Map<number, Collection>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  apply(op: JournalOp): void {
    if (op.kind === 'createCollection') {
      this.#byId.set(op.collection, this.#catalog.restore(op.collection, op.database, op.name));
      return;
    }
    const collection = this.#byId.get(op.collection);
    if (collection === undefined) throw new StoreError(1, `the journal writes to unknown collection ${op.collection}`);
    switch (op.kind) {
      case 'put':
        collection.restore(op.bytes);
        return;
      case 'remove':
        collection.restoreRemoval(op.id);
        return;
      case 'createIndex':
        collection.restoreIndex(op.spec);
        return;
      case 'dropIndex':
        collection.dropRestoredIndex(op.name);
        return;
      case 'dropCollection':
        this.#catalog.forget(collection);
    }
  }

  finish(): number {
    let bytes = 0;
    for (const collection of this.#catalog.all()) {
      collection.rebuildIndexes();
      for (const { version } of collection.records()) bytes += version.bytes.length;
    }
    return bytes;
  }
}

/** The present state as journal records. The versions are taken now, so later changes do not show in what it yields. */
export function snapshotCatalog(catalog: Catalog): Iterable<JournalOp> {
  const parts = [...catalog.all()].map((collection) => ({
    id: collection.id,
    database: collection.database,
    name: collection.name,
    specs: collection.indexes.map(({ spec }) => spec).filter(({ name }) => name !== '_id_'),
    documents: Array.from(collection.records(), ({ version }) => version.bytes),
  }));
  return snapshotOps(parts);
}

function* snapshotOps(
  parts: readonly {
    id: number;
    database: string;
    name: string;
    specs: readonly IndexSpec[];
    documents: Uint8Array[];
  }[],
): Generator<JournalOp> {
  for (const { id, database, name, specs, documents } of parts) {
    yield { kind: 'createCollection', collection: id, database, name };
    for (const spec of specs) yield { kind: 'createIndex', collection: id, spec };
    for (const bytes of documents) yield { kind: 'put', collection: id, bytes };
  }
}

function checkNamespace(database: string, name: string): void {
  if (database === '' || /[\s/\\."$\0]/.test(database) || Buffer.byteLength(database) > 63) {
    throw new StoreError(73, `Invalid database name: '${database}'`);
  }
  const namespace = `${database}.${name}`;
  const bad = name === '' || name.startsWith('.') || name.endsWith('.') || /[$\0]/.test(name) || name.includes('..');
  if (bad || name.startsWith('system.') || Buffer.byteLength(namespace) > 255) {
    throw new StoreError(73, `Invalid namespace specified '${namespace}'`);
  }
}
