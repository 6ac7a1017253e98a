import { Long } from 'bson';
import type { Collection } from '../engine/collection.ts';
import { describeIndex, parseIndexSpec } from '../engine/index-spec.ts';
import { StoreError } from '../errors.ts';
import { isDoc } from '../values/document.ts';
import { type Command, type CommandContext, collectionName, docList } from './command.ts';

/** `createIndexes`: all of them or none. An index that exists already with the same options is no error. */
export const createIndexes: Command = {
  fields: ['createIndexes', 'indexes', 'commitQuorum'],
  async run(body, { catalog, database, journal }) {
    const specs = docList('createIndexes.indexes', body.indexes).map(parseIndexSpec);
    if (specs.length === 0) throw new StoreError(2, 'Must specify at least one index to create');
    const name = collectionName(body, 'createIndexes');
    const createdCollectionAutomatically = catalog.get(database, name) === undefined;
    const collection = catalog.getOrCreate(database, name);
    const numIndexesBefore = collection.indexes.length;
    const created: string[] = [];
    try {
      for (const spec of specs) if (collection.createIndex(spec)) created.push(spec.name);
    } catch (error) {
      for (const index of created) collection.dropIndex(index);
      throw error;
    }
    await journal.committed();
    const note = created.length === 0 ? { note: 'all indexes already exist' } : {};
    const numIndexesAfter = collection.indexes.length;
    return { numIndexesBefore, numIndexesAfter, createdCollectionAutomatically, ...note, ok: 1 };
  },
};

/** `listIndexes`, in one batch. */
export const listIndexes: Command = {
  fields: ['listIndexes', 'cursor'],
  run(body, context) {
    const collection = requireCollection(collectionName(body, 'listIndexes'), context);
    const firstBatch = collection.indexes.map(({ spec }) => describeIndex(spec));
    return { cursor: { id: Long.ZERO, ns: collection.namespace, firstBatch }, ok: 1 };
  },
};

/** `dropIndexes`: by name, by key, several, or `*` for all but the one on `_id`. */
export const dropIndexes: Command = {
  fields: ['dropIndexes', 'index'],
  async run(body, context) {
    const collection = requireCollection(collectionName(body, 'dropIndexes'), context);
    const nIndexesWas = collection.indexes.length;
    for (const name of namesToDrop(collection, body.index)) collection.dropIndex(name);
    await context.journal.committed();
    return { nIndexesWas, ok: 1 };
  },
};

function namesToDrop(collection: Collection, index: unknown): string[] {
  const specs = collection.indexes.map(({ spec }) => spec);
  if (index === '*') return specs.map(({ name }) => name).filter((name) => name !== '_id_');
  const wanted: unknown[] = Array.isArray(index) ? index : [index];
  return wanted.map((one) => {
    const spec = specs.find(({ name, key }) =>
      isDoc(one) ? JSON.stringify(Object.entries(key)) === JSON.stringify(Object.entries(one)) : name === one,
    );
    if (spec === undefined) {
      throw new StoreError(27, `index not found with name [${typeof one === 'string' ? one : JSON.stringify(one)}]`);
    }
    if (spec.name === '_id_') throw new StoreError(72, 'cannot drop _id index');
    return spec.name;
  });
}

function requireCollection(name: string, { catalog, database }: CommandContext): Collection {
  const collection = catalog.get(database, name);
  if (collection === undefined) throw new StoreError(26, `ns does not exist: ${database}.${name}`);
  return collection;
}
