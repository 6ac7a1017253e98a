import { Long } from 'bson';
import { describeIndex, ID_INDEX } from '../engine/index-spec.ts';
import { notImplemented } from '../errors.ts';
import { compileFilter } from '../query/compile-filter.ts';
import type { Doc } from '../values/document.ts';
import { type Command, collectionName, findCollection, flag, optionalDoc } from './command.ts';

const REFUSED_OPTIONS = [
  ...['capped', 'size', 'max', 'timeseries', 'expireAfterSeconds', 'clusteredIndex', 'viewOn', 'pipeline'],
  ...['validator', 'validationLevel', 'validationAction', 'storageEngine', 'indexOptionDefaults', 'encryptedFields'],
  'changeStreamPreAndPostImages',
];

/** `create`, for plain collections only. As in MongoDB 7, one that is there with the same options is no error. */
export const create: Command = {
  fields: ['create', ...REFUSED_OPTIONS],
  async run(body, { catalog, database, journal }) {
    const name = collectionName(body, 'create');
    const option = REFUSED_OPTIONS.find((field) => body[field] !== undefined);
    if (option !== undefined) throw notImplemented(`the collection option ${option}`);
    catalog.getOrCreate(database, name);
    await journal.committed();
    return { ok: 1 };
  },
};

/** `drop`; as in MongoDB 7, a collection that is not there is no error. */
export const drop: Command = {
  fields: ['drop'],
  async run(body, context) {
    const collection = findCollection(body, 'drop', context);
    if (collection === undefined) return { ok: 1 };
    const nIndexesWas = collection.indexes.length;
    context.catalog.drop(collection);
    await context.journal.committed();
    return { nIndexesWas, ns: collection.namespace, ok: 1 };
  },
};

/** `dropDatabase`. */
export const dropDatabase: Command = {
  fields: ['dropDatabase'],
  async run(_, { catalog, database, journal }) {
    for (const collection of catalog.inDatabase(database)) catalog.drop(collection);
    await journal.committed();
    return { dropped: database, ok: 1 };
  },
};

/** `listCollections`, in one batch. */
export const listCollections: Command = {
  fields: ['listCollections', 'filter', 'nameOnly', 'authorizedCollections', 'cursor'],
  run(body, { catalog, database }) {
    const { test } = compileFilter(optionalDoc('listCollections.filter', body.filter), refuseExpression);
    const nameOnly = flag('listCollections.nameOnly', body.nameOnly, false);
    const described = catalog.inDatabase(database).map(({ name }): Doc => {
      const full = {
        name,
        type: 'collection',
        options: {},
        info: { readOnly: false },
        idIndex: describeIndex(ID_INDEX),
      };
      return nameOnly ? { name, type: full.type } : full;
    });
    return {
      cursor: { id: Long.ZERO, ns: `${database}.$cmd.listCollections`, firstBatch: described.filter(test) },
      ok: 1,
    };
  },
};

/** `listDatabases`. Sizes are those of the documents in BSON. */
export const listDatabases: Command = {
  fields: ['listDatabases', 'filter', 'nameOnly', 'authorizedDatabases'],
  run(body, { catalog }) {
    const { test } = compileFilter(optionalDoc('listDatabases.filter', body.filter), refuseExpression);
    const sizes = new Map<string, number>();
    for (const collection of catalog.all()) {
      let size = sizes.get(collection.database) ?? 0;
      for (const { version } of collection.records()) size += version.bytes.length;
      sizes.set(collection.database, size);
    }
    const databases = Array.from(sizes, ([name, sizeOnDisk]): Doc => ({ name, sizeOnDisk, empty: sizeOnDisk === 0 }));
    const chosen = databases.filter(test);
    if (flag('listDatabases.nameOnly', body.nameOnly, false)) {
      return { databases: chosen.map(({ name }) => ({ name })), ok: 1 };
    }
    const totalSize = chosen.reduce((total, { sizeOnDisk }) => total + Number(sizeOnDisk), 0);
    return { databases: chosen, totalSize, totalSizeMb: Math.floor(totalSize / 2 ** 20), ok: 1 };
  },
};

function refuseExpression(): never {
  throw notImplemented('$expr in a listing');
}
