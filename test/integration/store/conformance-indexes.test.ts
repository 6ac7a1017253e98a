import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Document, errorCode, type Row, type StoreUnderTest } from './connect-store.ts';

describe('indexes', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
  });
  afterAll(() => store.stop());

  it('lets one of 200 concurrent inserts have a unique partial key', async () => {
    const runs = store.db.collection<Document>('runs');
    const partialFilterExpression = { active: true };
    await runs.createIndex({ thread_id: 1 }, { unique: true, partialFilterExpression, name: 'one_active' });
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, n) => errorCode(runs.insertOne({ n, thread_id: 't', active: true }))),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 11000)).toHaveLength(199);
    await runs.insertMany(Array.from({ length: 5 }, () => ({ thread_id: 't', active: false })));
    await runs.insertMany(Array.from({ length: 5 }, () => ({ thread_id: 't' })));
    expect(await runs.countDocuments({ thread_id: 't' })).toBe(11);
  });

  it('hands a unique partial key on when its holder leaves the index', async () => {
    const runs = store.db.collection<Row>('handover');
    await runs.createIndex({ thread_id: 1 }, { unique: true, partialFilterExpression: { active: true } });
    await runs.insertMany([
      { _id: 1, thread_id: 't', active: true },
      { _id: 2, thread_id: 't', active: false },
    ]);
    const promote = () => runs.updateOne({ _id: 2 }, { $set: { active: true } });
    expect(await errorCode(promote())).toBe(11000);
    await runs.updateOne({ _id: 1 }, { $unset: { active: '' } });
    expect((await promote()).modifiedCount).toBe(1);
  });

  it('names the index and the key of a duplicate', async () => {
    const collection = store.db.collection<Document>('dup');
    await collection.createIndex({ a: 1, 'b.c': -1 }, { unique: true });
    await collection.insertOne({ a: 1, b: { c: 'x' } });
    const error = await collection.insertOne({ a: 1, b: { c: 'x' } }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 11000 });
    expect(String((error as Error).message)).toContain('E11000');
    await collection.insertOne({ a: 1, b: { c: 'y' } });
  });

  it('counts a missing field as null in a unique index, and leaves it out of a sparse one', async () => {
    const plain = store.db.collection<Document>('plain-unique');
    await plain.createIndex({ k: 1 }, { unique: true });
    await plain.insertOne({ n: 1 });
    expect(await errorCode(plain.insertOne({ n: 2 }))).toBe(11000);
    const sparse = store.db.collection<Document>('sparse-unique');
    await sparse.createIndex({ k: 1 }, { unique: true, sparse: true });
    await sparse.insertMany([{ n: 1 }, { n: 2 }, { k: 'a' }]);
    expect(await errorCode(sparse.insertOne({ k: 'a' }))).toBe(11000);
    expect(await sparse.countDocuments({ k: null })).toBe(2);
    expect(await sparse.find().sort({ k: 1 }).toArray()).toHaveLength(3);
  });

  it('keeps elements of arrays unique across documents, not within one', async () => {
    const collection = store.db.collection<Document>('multikey-unique');
    await collection.createIndex({ tags: 1 }, { unique: true });
    await collection.insertOne({ tags: ['a', 'b', 'a'] });
    expect(await errorCode(collection.insertOne({ tags: ['c', 'b'] }))).toBe(11000);
    await collection.insertOne({ tags: ['c'] });
  });

  it('lists what was created, with its options', async () => {
    const collection = store.db.collection<Document>('listed');
    await collection.createIndex({ a: 1, b: -1 });
    await collection.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    await collection.createIndex({ u: 1 }, { unique: true, partialFilterExpression: { u: { $exists: true } } });
    const indexes = await collection.indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ name: 'a_1_b_-1', key: { a: 1, b: -1 } }));
    expect(indexes).toContainEqual(expect.objectContaining({ name: 'at_1', expireAfterSeconds: 3600 }));
    expect(indexes).toContainEqual(
      expect.objectContaining({ name: 'u_1', unique: true, partialFilterExpression: { u: { $exists: true } } }),
    );
    await collection.createIndex({ a: 1, b: -1 });
    expect(await collection.indexes()).toHaveLength(4);
  });

  it('drops an index by name and all of them', async () => {
    const collection = store.db.collection<Document>('dropped');
    await collection.createIndex({ a: 1 }, { unique: true });
    await collection.createIndex({ b: 1 });
    await collection.insertOne({ a: 1 });
    await collection.dropIndex('a_1');
    await collection.insertOne({ a: 1 });
    expect(await errorCode(collection.dropIndex('a_1'))).toBe(27);
    await collection.dropIndexes();
    expect(await collection.indexes()).toHaveLength(1);
  });

  it('gives the same answers with and without indexes', async () => {
    const documents = Array.from({ length: 500 }, (_, n) => ({
      a: n % 7,
      b: `k${(n * 13) % 29}`,
      n,
      tags: [`t${n % 5}`, `t${n % 3}`],
      ...(n % 4 === 0 ? { active: true } : {}),
    }));
    const plain = store.db.collection<Document>('scan');
    const indexed = store.db.collection<Document>('via-index');
    await plain.insertMany(documents.map((document) => ({ ...document })));
    await indexed.insertMany(documents.map((document) => ({ ...document })));
    await indexed.createIndexes([
      { key: { a: 1, n: -1 } },
      { key: { b: -1 } },
      { key: { tags: 1 } },
      { key: { n: 1 }, partialFilterExpression: { active: true } },
    ]);
    const filters: Document[] = [
      { a: 3 },
      { a: { $in: [1, 5] }, n: { $gt: 100, $lte: 300 } },
      { b: { $gte: 'k2', $lt: 'k25' } },
      { tags: 't4', a: { $ne: 2 } },
      { tags: { $gt: 't1', $lt: 't3' } },
      { active: true, n: { $lt: 50 } },
      { active: { $exists: true }, n: { $lt: 50 } },
      { $or: [{ a: 1 }, { b: 'k3' }] },
      { n: { $in: [5, 6, 499, 1000] } },
    ];
    for (const filter of filters) {
      for (const sort of [{ n: 1 }, { n: -1 }, { a: 1, n: -1 }, { b: -1, n: 1 }] as const) {
        const read = async (collection: typeof plain) =>
          (await collection.find(filter).sort(sort).limit(40).toArray()).map(({ n }) => n);
        expect(await read(indexed), JSON.stringify({ filter, sort })).toEqual(await read(plain));
      }
    }
  });
});
