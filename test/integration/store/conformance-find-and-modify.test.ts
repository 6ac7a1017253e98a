import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, errorCode, type StoreUnderTest } from './connect-store.ts';

interface Row {
  _id: number | string;
  n?: number;
  p?: number;
  s?: string;
  a?: number;
  b?: number;
  c?: number;
  seq?: number;
  attempt?: number;
  worker?: number;
}

describe('findAndModify', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
  });
  afterAll(() => store.stop());

  it('answers with the document before or after the change', async () => {
    const collection = store.db.collection<Row>('before-after');
    await collection.insertOne({ _id: 1, n: 1 });
    expect(await collection.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } })).toEqual({ _id: 1, n: 1 });
    expect(await collection.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).toEqual({
      _id: 1,
      n: 3,
    });
    expect(await collection.findOneAndUpdate({ _id: 9 }, { $inc: { n: 1 } })).toBeNull();
  });

  it('takes the first document in the order asked for, with only the fields asked for', async () => {
    const collection = store.db.collection<Row>('sorted');
    await collection.insertMany([
      { _id: 1, p: 5, s: 'q' },
      { _id: 2, p: 9, s: 'q' },
      { _id: 3, p: 7, s: 'q' },
    ]);
    const options = { sort: { p: -1 }, returnDocument: 'after', projection: { s: 1 } } as const;
    expect(await collection.findOneAndUpdate({ s: 'q' }, { $set: { s: 'taken' } }, options)).toEqual({
      _id: 2,
      s: 'taken',
    });
    expect(await collection.findOneAndDelete({ s: 'q' }, { sort: { p: 1 } })).toEqual({ _id: 1, p: 5, s: 'q' });
    expect(await collection.countDocuments()).toBe(2);
  });

  it('reports what it did in lastErrorObject', async () => {
    const collection = store.db.collection<Row>('meta');
    const options = { upsert: true, returnDocument: 'after', includeResultMetadata: true } as const;
    const first = await collection.findOneAndUpdate({ _id: 'm' }, { $inc: { n: 1 } }, options);
    expect(first.lastErrorObject).toMatchObject({ n: 1, updatedExisting: false, upserted: 'm' });
    const second = await collection.findOneAndUpdate({ _id: 'm' }, { $inc: { n: 1 } }, options);
    expect(second).toMatchObject({ lastErrorObject: { n: 1, updatedExisting: true }, value: { _id: 'm', n: 2 } });
  });

  it('replaces a document and takes a pipeline', async () => {
    const collection = store.db.collection<Row>('replace');
    await collection.insertOne({ _id: 1, a: 1 });
    expect(await collection.findOneAndReplace({ _id: 1 }, { b: 2 }, { returnDocument: 'after' })).toEqual({
      _id: 1,
      b: 2,
    });
    const pipeline = [{ $set: { c: { $multiply: ['$b', 3] } } }];
    expect(await collection.findOneAndUpdate({ _id: 1 }, pipeline, { returnDocument: 'after' })).toEqual({
      _id: 1,
      b: 2,
      c: 6,
    });
  });

  it('lets exactly one of many take a document with compare-and-set', async () => {
    const collection = store.db.collection<Row>('cas');
    await collection.insertOne({ _id: 'run', attempt: 0 });
    const takers = await Promise.all(
      Array.from({ length: 100 }, (_, worker) =>
        collection.findOneAndUpdate({ _id: 'run', attempt: 0 }, { $set: { worker }, $inc: { attempt: 1 } }),
      ),
    );
    expect(takers.filter((taken) => taken !== null)).toHaveLength(1);
    expect(await collection.findOne({ _id: 'run' })).toMatchObject({ attempt: 1 });
  });

  it('loses no increment of many at once', async () => {
    const collection = store.db.collection<Row>('counter');
    await collection.insertOne({ _id: 'c', seq: 0 });
    const seen = await Promise.all(
      Array.from({ length: 200 }, () =>
        collection.findOneAndUpdate({ _id: 'c' }, { $inc: { seq: 1 } }, { returnDocument: 'after' }),
      ),
    );
    expect(new Set(seen.map((document) => document?.seq)).size).toBe(200);
  });

  it('refuses to remove and to update at once', async () => {
    const command = { findAndModify: 'cas', query: {}, remove: true, update: { $set: { a: 1 } } };
    expect(await errorCode(store.db.command(command))).toBe(9);
    expect(await errorCode(store.db.command({ findAndModify: 'cas', query: {} }))).toBe(9);
  });
});
