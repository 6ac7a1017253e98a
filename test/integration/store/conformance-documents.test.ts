import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, errorCode, type StoreUnderTest } from './connect-store.ts';

const { Binary, Decimal128, Long, ObjectId, UUID } = mongoose.mongo.BSON;

describe('documents', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
  });
  afterAll(() => store.stop());

  it('gives every BSON type back as it was stored', async () => {
    const document = {
      _id: new ObjectId('6562f0c2a7b9d4f1e8c3b2a1'),
      text: 'grüße 🙂 \u0000 end',
      int: -7,
      double: 0.1,
      big: Long.fromString('9007199254740993'),
      decimal: Decimal128.fromString('1234567890.123456789'),
      yes: true,
      nothing: null,
      date: new Date('2026-01-02T03:04:05.678Z'),
      uuid: new UUID('018f4a2e-7b1c-7def-8abc-0123456789ab'),
      bytes: new Binary(Buffer.from([0, 255, 1, 254])),
      list: [1, [2, [3]], { deep: [null] }],
      nested: { z: 1, a: { b: {} }, empty: [] },
      regex: /^a.b$/i,
    };
    const collection = store.db.collection<typeof document>('types');
    await collection.insertOne(document);
    const found = await collection.findOne({ _id: document._id }, { promoteLongs: false });
    expect(found).toEqual(document);
    expect(Object.keys(found?.nested ?? {})).toEqual(['z', 'a', 'empty']);
  });

  it('keeps the type of fields an update does not touch', async () => {
    const collection = store.db.collection('kept');
    const id = new ObjectId();
    const big = Long.fromString('9007199254740993');
    await collection.insertOne({ _id: id, big, decimal: Decimal128.fromString('2.50'), n: 1 });
    await collection.updateOne({ _id: id }, { $inc: { n: 1 } });
    const found = await collection.findOne({ _id: id }, { promoteLongs: false });
    expect(found).toEqual({ _id: id, big, decimal: Decimal128.fromString('2.50'), n: 2 });
  });

  it('tells a field that is null from one that is missing', async () => {
    const collection = store.db.collection('nulls');
    await collection.insertMany([{ n: 1, a: null }, { n: 2 }, { n: 3, a: 0 }]);
    const numbers = async (filter: object) =>
      (await collection.find(filter).sort({ n: 1 }).toArray()).map(({ n }) => n as number);
    expect(await numbers({ a: null })).toEqual([1, 2]);
    expect(await numbers({ a: { $exists: false } })).toEqual([2]);
    expect(await numbers({ a: { $type: 'null' } })).toEqual([1]);
    expect(await numbers({ a: { $ne: null } })).toEqual([3]);
  });

  it('answers a second document with the same _id with 11000 and keeps the first', async () => {
    const collection = store.db.collection<{ _id: string; n: number }>('ids');
    await collection.insertOne({ _id: 'one', n: 1 });
    expect(await errorCode(collection.insertOne({ _id: 'one', n: 2 }))).toBe(11000);
    expect(await collection.findOne({ _id: 'one' })).toEqual({ _id: 'one', n: 1 });
  });

  it('takes embedded documents, dates and UUIDs as _id', async () => {
    const collection = store.db.collection<{ _id: unknown; n: number }>('any-id');
    const ids = [{ a: 1, b: 2 }, new Date(5), new UUID('018f4a2e-7b1c-7def-8abc-0123456789ab'), 7, 'seven', true];
    await collection.insertMany(ids.map((_id, n) => ({ _id, n })));
    for (const [n, _id] of ids.entries()) expect((await collection.findOne({ _id } as never))?.n).toBe(n);
    expect(await collection.findOne({ _id: { b: 2, a: 1 } } as never)).toBeNull();
  });

  it('refuses an array as _id', async () => {
    const collection = store.db.collection<{ _id: unknown }>('bad-id');
    expect(await errorCode(collection.insertOne({ _id: [1] }))).toEqual(expect.any(Number));
    expect(await collection.countDocuments()).toBe(0);
  });

  it('refuses a document above 16 MiB and takes one just below', async () => {
    const collection = store.db.collection('large');
    const size = 16 * 1024 * 1024;
    await collection.insertOne({ text: 'x'.repeat(size - 1000) });
    const { _id } = (await collection.findOne({}, { projection: { _id: 1 } })) ?? {};
    expect(await errorCode(collection.updateOne({ _id: _id as never }, { $set: { more: 'y'.repeat(2000) } }))).toEqual(
      expect.any(Number),
    );
    expect(await collection.countDocuments({ more: { $exists: true } })).toBe(0);
  });

  it('stops an ordered batch at the first error and completes an unordered one', async () => {
    const documents = [{ _id: 1 }, { _id: 2 }, { _id: 1 }, { _id: 3 }];
    const ordered = store.db.collection<{ _id: number }>('ordered');
    expect(await errorCode(ordered.insertMany(documents))).toBe(11000);
    expect(await ordered.countDocuments()).toBe(2);
    const unordered = store.db.collection<{ _id: number }>('unordered');
    expect(await errorCode(unordered.insertMany(documents, { ordered: false }))).toBe(11000);
    expect(await unordered.countDocuments()).toBe(3);
  });

  it('takes many documents in one command', async () => {
    const collection = store.db.collection('many');
    const { insertedCount } = await collection.insertMany(
      Array.from({ length: 5000 }, (_, n) => ({ n, text: 'some text to make it larger' })),
    );
    expect(insertedCount).toBe(5000);
    expect(await collection.countDocuments({ n: { $gte: 4000 } })).toBe(1000);
  });

  it('does an unacknowledged write', async () => {
    const collection = store.db.collection('fire-and-forget', { writeConcern: { w: 0 } });
    await collection.insertOne({ n: 1 });
    const acknowledged = store.db.collection('fire-and-forget');
    await expect.poll(() => acknowledged.countDocuments()).toBe(1);
  });

  it('deletes one document or all that match', async () => {
    const collection = store.db.collection('deleted');
    await collection.insertMany([{ a: 1 }, { a: 1 }, { a: 1 }, { a: 2 }]);
    expect((await collection.deleteOne({ a: 1 })).deletedCount).toBe(1);
    expect((await collection.deleteMany({ a: 1 })).deletedCount).toBe(2);
    expect((await collection.deleteMany({ a: 9 })).deletedCount).toBe(0);
    expect(await collection.countDocuments()).toBe(1);
  });

  it('lists, drops and recreates collections', async () => {
    await store.db.createCollection('made');
    await store.db.createCollection('made');
    const names = (await store.db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name);
    expect(names).toContain('made');
    await store.db.collection('made').insertOne({ a: 1 });
    await store.db.collection('made').drop();
    expect(await store.db.listCollections({ name: 'made' }).toArray()).toEqual([]);
    expect(await store.db.collection('made').countDocuments()).toBe(0);
  });

  it('answers an unknown command with CommandNotFound', async () => {
    expect(await errorCode(store.db.command({ noSuchCommand: 1 }))).toBe(59);
  });
});
