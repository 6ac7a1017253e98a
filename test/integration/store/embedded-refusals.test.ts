import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Store, startStore } from '../../../src/local/mongo/store-server.ts';
import { type Document, type EmbeddedDb, errorCode, openEmbedded, type Row } from './connect-store.ts';

/** Answers in which other engines differ from MongoDB, and what the embedded store does not have: its own codes. */
describe('what the embedded store refuses', () => {
  let store: Store;
  let embedded: EmbeddedDb;
  beforeAll(async () => {
    store = await startStore();
    embedded = await openEmbedded(store);
    await embedded.db.collection<Row>('c').insertOne({ _id: 1, a: [1], text: 'x' });
  });
  afterAll(async () => {
    await embedded.close();
    await store.stop();
  });

  const COMMANDS: [string, Document, number][] = [
    ['a command it does not have', { collStats: 'c' }, 59],
    ['an argument a command does not have', { find: 'c', foo: 1 }, 40415],
    ['a collation', { find: 'c', collation: { locale: 'de' } }, 238],
    [
      'an index with a collation',
      { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'x', collation: { locale: 'de' } }] },
      238,
    ],
    ['a text index', { createIndexes: 'c', indexes: [{ key: { a: 'text' }, name: 'x' }] }, 238],
    ['a wildcard index', { createIndexes: 'c', indexes: [{ key: { '$**': 1 }, name: 'x' }] }, 238],
    ['an unknown index option', { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'x', fast: true }] }, 72],
    [
      'a TTL on two fields',
      { createIndexes: 'c', indexes: [{ key: { a: 1, b: 1 }, name: 'x', expireAfterSeconds: 1 }] },
      67,
    ],
    [
      '$ne in a partial filter',
      { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'x', partialFilterExpression: { a: { $ne: 1 } } }] },
      67,
    ],
    ['a capped collection', { create: 'd', capped: true, size: 1000 }, 238],
    ['a validator', { create: 'd', validator: {} }, 238],
    ['a tailable cursor', { find: 'c', tailable: true }, 238],
    [
      'a transaction',
      { insert: 'c', documents: [{ a: 1 }], txnNumber: 1, startTransaction: true, autocommit: false },
      20,
    ],
    ['a write concern of two nodes', { insert: 'c', documents: [{ a: 1 }], writeConcern: { w: 2 } }, 2],
    ['the read concern snapshot', { find: 'c', readConcern: { level: 'snapshot' } }, 238],
    ['$where', { find: 'c', filter: { $where: 'true' } }, 238],
    ['$text', { find: 'c', filter: { $text: { $search: 'x' } } }, 238],
    ['a geo query', { find: 'c', filter: { a: { $near: [0, 0] } } }, 238],
    ['a broken regular expression', { find: 'c', filter: { a: { $regex: '(' } } }, 51091],
    ['an option of regular expressions', { find: 'c', filter: { a: { $regex: 'a', $options: 'x' } } }, 238],
    ['a change stream', { aggregate: 'c', pipeline: [{ $changeStream: {} }], cursor: {} }, 40573],
    ['$lookup', { aggregate: 'c', pipeline: [{ $lookup: {} }], cursor: {} }, 238],
    ['an unknown stage', { aggregate: 'c', pipeline: [{ $foo: {} }], cursor: {} }, 40324],
    ['an unknown expression', { aggregate: 'c', pipeline: [{ $project: { a: { $foo: 1 } } }], cursor: {} }, 168],
    [
      'an expression it does not have',
      { aggregate: 'c', pipeline: [{ $project: { a: { $function: {} } } }], cursor: {} },
      238,
    ],
    ['an aggregation without a cursor', { aggregate: 'c', pipeline: [] }, 9],
    ['variables of a command', { find: 'c', let: { x: 1 } }, 238],
    ['an invalid collection name', { insert: 'a$b', documents: [{ a: 1 }] }, 73],
    ['listing the indexes of nothing', { listIndexes: 'nothing' }, 26],
    ['dropping the index on _id', { dropIndexes: 'c', index: '_id_' }, 72],
    ['an empty batch', { insert: 'c', documents: [] }, 16],
    ['a negative limit', { find: 'c', limit: -1 }, 2],
    ['a wrong type', { find: 'c', filter: 'x' }, 14],
  ];

  it.each(COMMANDS)('answers %s with its code', async (_, command, code) => {
    expect(await errorCode(embedded.db.command(command))).toBe(code);
  });

  const UPDATES: [string, Document, number][] = [
    ['$pop of a text', { $pop: { text: 1 } }, 14],
    ['an empty path component', { $set: { 'a..b': 1 } }, 56],
    ['a replacement with an operator', { a: 1, $set: { b: 1 } }, 52],
    ['a field name that begins with a dollar', { $set: { 'a.$b': 1 } }, 52],
    ['an array filter nobody uses', { $set: { b: 1 } }, 9],
  ];

  it.each(UPDATES)('answers the update %s with its code', async (_, u, code) => {
    const arrayFilters = code === 9 ? { arrayFilters: [{ 'x.y': 1 }] } : {};
    const result = await embedded.db.command({ update: 'c', updates: [{ q: { _id: 1 }, u, ...arrayFilters }] });
    expect(result.writeErrors).toMatchObject([{ index: 0, code }]);
    expect(result.n).toBe(0);
  });

  it('names the code in words', async () => {
    const error = await embedded.db.command({ nope: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 59, codeName: 'CommandNotFound' });
  });

  it('gives key, value and message of a duplicate', async () => {
    const collection = embedded.db.collection<Document>('dup');
    await collection.createIndex({ a: 1, 'b.c': -1 }, { unique: true });
    await collection.insertOne({ a: 1, b: { c: 'x' } });
    const error = await collection.insertOne({ a: 1, b: { c: 'x' } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ keyPattern: { a: 1, 'b.c': -1 }, keyValue: { a: 1, 'b.c': 'x' } });
    expect((error as Error).message).toBe(
      'E11000 duplicate key error collection: embedded.dup index: a_1_b.c_-1 dup key: { a: 1, b.c: "x" }',
    );
    await collection.insertOne({ a: 1 });
    expect(await errorCode(collection.insertOne({ a: 1, b: null }))).toBe(11000);
  });

  it('refuses a unique index over duplicates and leaves none behind', async () => {
    const collection = embedded.db.collection<Document>('late-unique');
    await collection.insertMany([{ a: 1 }, { a: 1 }]);
    const both = collection.createIndexes([{ key: { b: 1 } }, { key: { a: 1 }, unique: true }]);
    expect(await errorCode(both)).toBe(11000);
    expect((await collection.indexes()).map(({ name }) => name)).toEqual(['_id_']);
  });

  it('refuses an index that conflicts with one that is there', async () => {
    const collection = embedded.db.collection<Document>('conflicts');
    await collection.createIndex({ a: 1 }, { name: 'one' });
    expect(await errorCode(collection.createIndex({ b: 1 }, { name: 'one' }))).toBe(86);
    expect(await errorCode(collection.createIndex({ a: 1 }, { name: 'one', unique: true }))).toBe(86);
    expect(await errorCode(collection.createIndex({ a: 1 }, { name: 'two' }))).toBe(85);
  });

  it('answers a unique violation of findAndModify with 11000 and changes nothing', async () => {
    const collection = embedded.db.collection<{ _id: number; k: string }>('fam');
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertMany([
      { _id: 1, k: 'a' },
      { _id: 2, k: 'b' },
    ]);
    expect(await errorCode(collection.findOneAndUpdate({ _id: 2 }, { $set: { k: 'a' } }))).toBe(11000);
    expect(await collection.findOne({ k: 'b' })).toEqual({ _id: 2, k: 'b' });
    expect(await errorCode(collection.updateOne({ k: 'b' }, { $set: { k: 'a' } }))).toBe(11000);
  });

  it('refuses to calculate with numbers a double cannot hold', async () => {
    const collection = embedded.db.collection<Document>('exact');
    const { Decimal128, Long } = embedded.bson;
    await collection.insertOne({ big: Long.fromString('9007199254740993'), dec: Decimal128.fromString('1.10') });
    const run = (field: string) =>
      errorCode(collection.aggregate([{ $project: { x: { $add: [`$${field}`, 1] } } }]).toArray());
    const increment: Document = { $inc: { dec: 1 } };
    expect(await run('big')).toBe(238);
    expect(await run('dec')).toBe(238);
    expect(await errorCode(collection.updateOne({}, increment))).toBe(238);
  });

  it('gives $$NOW one value for all documents of a command', async () => {
    const collection = embedded.db.collection<Document>('now');
    await collection.insertMany([{}, {}, {}]);
    await collection.updateMany({}, [{ $set: { at: '$$NOW', due: { $add: ['$$NOW', 1000] } } }]);
    expect(await collection.distinct('at')).toHaveLength(1);
    expect(await collection.aggregate([{ $match: { none: 1 } }, { $count: 'n' }]).toArray()).toEqual([]);
  });

  it('refuses a document above 16 MiB with its code', async () => {
    const collection = embedded.db.collection<Document>('large');
    await collection.insertOne({ text: 'x'.repeat(16 * 1024 * 1024 - 1000) });
    expect(await errorCode(collection.updateOne({}, { $set: { more: 'y'.repeat(2000) } }))).toBe(10334);
  });

  it('refuses two arrays in one index', async () => {
    const collection = embedded.db.collection<Document>('parallel');
    await collection.createIndex({ a: 1, b: 1 });
    await collection.insertOne({ a: [1, 2], b: 1 });
    expect(await errorCode(collection.insertOne({ a: [1], b: [2] }))).toBe(171);
    expect(await collection.countDocuments()).toBe(1);
  });
});
