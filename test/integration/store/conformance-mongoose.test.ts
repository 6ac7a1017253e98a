import { randomUUID } from 'node:crypto';
import mongoose, { Schema } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, errorCode, type StoreUnderTest } from './connect-store.ts';

interface Thread {
  _id: string;
  name: string;
  meta?: unknown;
  status?: string;
  seq?: number;
}

describe('mongoose', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
  });
  afterAll(() => store.stop());

  function createThread(name: string) {
    const schema = new Schema<Thread>(
      { _id: String, name: { type: String, required: true }, meta: Schema.Types.Mixed, status: String, seq: Number },
      { timestamps: { createdAt: 'created_at', updatedAt: 'updated_at' }, versionKey: false },
    );
    schema.index({ status: 1, updated_at: -1 });
    schema.index({ name: 1 }, { unique: true });
    return store.connection.model(name, schema);
  }

  it('creates collections and indexes, saves, finds and updates models', async () => {
    const Thread = createThread('Thread');
    await Thread.init();
    const id = randomUUID();
    await Thread.create({ _id: id, name: 'first', meta: { a: { b: [1, 'x', null] } }, status: 'idle' });
    const thread = await Thread.findById(id);
    expect(thread?.toObject()).toMatchObject({ _id: id, name: 'first', meta: { a: { b: [1, 'x', null] } } });
    if (thread === null) throw new Error('the thread is gone');
    thread.status = 'busy';
    await thread.save();
    const after = await Thread.findOneAndUpdate({ _id: id }, { $inc: { seq: 1 } }, { returnDocument: 'after' }).lean();
    expect(after).toMatchObject({ status: 'busy', seq: 1 });
    expect(await errorCode(Thread.create({ _id: randomUUID(), name: 'first' }))).toBe(11000);
    expect(await Thread.syncIndexes()).toEqual([]);
    expect(await Thread.exists({ name: 'first' })).toEqual({ _id: id });
  });

  it('writes in bulk', async () => {
    const Thread = createThread('Bulk');
    await Thread.init();
    const result = await Thread.bulkWrite([
      { insertOne: { document: { _id: 'a', name: 'a' } } },
      { insertOne: { document: { _id: 'b', name: 'b' } } },
      { updateOne: { filter: { _id: 'a' }, update: { $set: { status: 'x' } } } },
      { updateMany: { filter: {}, update: { $set: { seq: 7 } } } },
      { deleteOne: { filter: { _id: 'b' } } },
    ]);
    expect(result).toMatchObject({ insertedCount: 2, modifiedCount: 3, deletedCount: 1 });
    expect(await Thread.find().lean()).toMatchObject([{ _id: 'a', status: 'x', seq: 7 }]);
  });

  it('works with sessions and a plain URL', async () => {
    const client = await mongoose.mongo.MongoClient.connect(store.url);
    try {
      const collection = client.db(store.connection.name).collection('sessions');
      await client.withSession(async (session) => {
        await collection.insertOne({ n: 1 }, { session });
        await collection.updateOne({ n: 1 }, { $set: { n: 2 } }, { session });
      });
      expect(await collection.countDocuments({ n: 2 })).toBe(1);
    } finally {
      await client.close();
    }
  });
});
