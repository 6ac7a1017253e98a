import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Document, errorCode, type Row, type StoreUnderTest, withoutId } from './connect-store.ts';

const { Long } = mongoose.mongo.BSON;

interface Options {
  filter?: Document;
  arrayFilters?: Document[];
}

const CHANGES: [string, Document, Document | Document[], Document, Options?][] = [
  ['$set', { a: 1 }, { $set: { a: 2, b: 3 } }, { a: 2, b: 3 }],
  ['$set of a path that is not there', { a: 1 }, { $set: { 'x.y.z': 1 } }, { a: 1, x: { y: { z: 1 } } }],
  ['$set of an array element', { a: [1, 2, 3] }, { $set: { 'a.1': 9 } }, { a: [1, 9, 3] }],
  ['$set behind the end of an array', { a: [1] }, { $set: { 'a.3': 4 } }, { a: [1, null, null, 4] }],
  ['$set in a document in an array', { a: [{ b: 1 }] }, { $set: { 'a.0.c': 2 } }, { a: [{ b: 1, c: 2 }] }],
  ['$unset', { a: 1, b: { c: 1, d: 2 } }, { $unset: { a: '', 'b.c': '' } }, { b: { d: 2 } }],
  ['$unset of an array element', { a: [1, 2] }, { $unset: { 'a.0': '' } }, { a: [null, 2] }],
  ['$inc', { a: 1 }, { $inc: { a: 2, b: -1 } }, { a: 3, b: -1 }],
  ['$inc of a double', { a: 0.5 }, { $inc: { a: 1 } }, { a: 1.5 }],
  ['$mul', { a: 3 }, { $mul: { a: 4, b: 5 } }, { a: 12, b: 0 }],
  ['$min and $max', { a: 5, b: 5 }, { $min: { a: 3, c: 1 }, $max: { b: 3, d: 1 } }, { a: 3, b: 5, c: 1, d: 1 }],
  ['$max across types', { a: 5 }, { $max: { a: 'text' } }, { a: 'text' }],
  ['$push', { a: [1] }, { $push: { a: 2, b: 'x' } }, { a: [1, 2], b: ['x'] }],
  ['$push $each', { a: [1] }, { $push: { a: { $each: [2, 3] } } }, { a: [1, 2, 3] }],
  ['$push $each $position', { a: [1, 2] }, { $push: { a: { $each: [8, 9], $position: 1 } } }, { a: [1, 8, 9, 2] }],
  ['$push $sort $slice', { a: [3, 1] }, { $push: { a: { $each: [2], $sort: 1, $slice: -2 } } }, { a: [2, 3] }],
  [
    '$push $sort by a field',
    { a: [{ n: 2 }] },
    { $push: { a: { $each: [{ n: 1 }], $sort: { n: 1 } } } },
    { a: [{ n: 1 }, { n: 2 }] },
  ],
  ['$push of an array', { a: [] }, { $push: { a: [1, 2] } }, { a: [[1, 2]] }],
  ['$addToSet', { a: [1, 2] }, { $addToSet: { a: 2, b: 1 } }, { a: [1, 2], b: [1] }],
  ['$addToSet $each', { a: [1] }, { $addToSet: { a: { $each: [1, 3, 3] } } }, { a: [1, 3] }],
  ['$pop', { a: [1, 2, 3], b: [1, 2] }, { $pop: { a: 1, b: -1 } }, { a: [1, 2], b: [2] }],
  ['$pull of a value', { a: [1, 2, 1] }, { $pull: { a: 1 } }, { a: [2] }],
  ['$pull by a condition', { a: [1, 5, 9] }, { $pull: { a: { $gte: 5 } } }, { a: [1] }],
  ['$pull of documents', { a: [{ n: 1, k: 1 }, { n: 2 }] }, { $pull: { a: { n: 1 } } }, { a: [{ n: 2 }] }],
  ['$pullAll', { a: [1, 2, 3, 2] }, { $pullAll: { a: [2, 3] } }, { a: [1] }],
  ['$rename', { a: 1, b: 2 }, { $rename: { a: 'c.d' } }, { b: 2, c: { d: 1 } }],
  ['$setOnInsert on a document that is there', { a: 1 }, { $setOnInsert: { b: 1 }, $set: { a: 2 } }, { a: 2 }],
  ['the positional $', { a: [1, 5, 9] }, { $set: { 'a.$': 0 } }, { a: [1, 0, 9] }, { filter: { a: 5 } }],
  [
    'the positional $ of $elemMatch',
    { a: [{ n: 1 }, { n: 2, s: 'x' }] },
    { $set: { 'a.$.s': 'y' } },
    { a: [{ n: 1 }, { n: 2, s: 'y' }] },
    { filter: { a: { $elemMatch: { n: 2 } } } },
  ],
  ['$[]', { a: [1, 2] }, { $inc: { 'a.$[]': 10 } }, { a: [11, 12] }],
  [
    'arrayFilters',
    { a: [{ n: 1 }, { n: 5 }, { n: 9 }] },
    { $set: { 'a.$[big].big': true } },
    { a: [{ n: 1 }, { n: 5, big: true }, { n: 9, big: true }] },
    { arrayFilters: [{ 'big.n': { $gte: 5 } }] },
  ],
  ['a pipeline', { a: 1, b: 2 }, [{ $set: { c: { $add: ['$a', '$b'] } } }, { $unset: 'b' }], { a: 1, c: 3 }],
  [
    'a pipeline with $cond and $$REMOVE',
    { a: 1, b: 2 },
    [{ $set: { b: { $cond: [{ $eq: ['$a', 1] }, '$$REMOVE', '$b'] } } }],
    { a: 1 },
  ],
  ['a pipeline that merges', { a: { x: 1 } }, [{ $set: { a: { y: 2 } } }], { a: { x: 1, y: 2 } }],
  ['a pipeline with $literal', { a: 1 }, [{ $set: { a: { $literal: '$a' } } }], { a: '$a' }],
  ['a pipeline that concatenates arrays', { a: [1] }, [{ $set: { a: { $concatArrays: ['$a', [2]] } } }], { a: [1, 2] }],
];

const REFUSALS: [string, Document, Document | Document[], number][] = [
  ['$inc of a text', { a: 'x' }, { $inc: { a: 1 } }, 14],
  ['$inc by a text', { a: 1 }, { $inc: { a: 'x' } }, 14],
  ['$mul of null', { a: null }, { $mul: { a: 2 } }, 14],
  ['$push to a number', { a: 1 }, { $push: { a: 1 } }, 2],
  ['$addToSet to a number', { a: 1 }, { $addToSet: { a: 1 } }, 2],
  ['$pull from a number', { a: 1 }, { $pull: { a: 1 } }, 2],
  ['$pull through a number', { a: 1 }, { $pull: { 'a.b': 1 } }, 28],
  ['$rename through a number', { a: 1 }, { $rename: { 'a.b': 'c' } }, 28],
  ['a path through a number', { a: 1 }, { $set: { 'a.b': 1 } }, 28],
  ['a path through null', { a: null }, { $set: { 'a.b': 1 } }, 28],
  ['a field name in an array', { a: [1] }, { $set: { 'a.b': 1 } }, 28],
  ['two operators on one path', { a: 1 }, { $set: { a: 1 }, $inc: { a: 1 } }, 40],
  ['a path and its parent', { a: 1 }, { $set: { b: 1, 'b.c': 1 } }, 40],
  ['another _id', { a: 1 }, { $set: { _id: 'other' } }, 66],
  ['an unknown operator', { a: 1 }, { $foo: { a: 1 } }, 9],
  ['a positional operator without a match', { a: [1] }, { $set: { 'a.$': 1 } }, 2],
  ['an identifier without a filter', { a: [1] }, { $set: { 'a.$[x]': 1 } }, 2],
];

describe('updates', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
  });
  afterAll(() => store.stop());

  it.each(CHANGES)('applies %s', async (name, before, update, after, { filter = {}, arrayFilters } = {}) => {
    const collection = store.db.collection<Row>('changes');
    await collection.insertOne({ ...before, _id: name });
    const result = await collection.updateOne({ ...filter, _id: name }, update, arrayFilters ? { arrayFilters } : {});
    expect(withoutId(await collection.findOne({ _id: name }))).toEqual(after);
    expect(result).toMatchObject({ matchedCount: 1, upsertedCount: 0 });
  });

  it.each(REFUSALS)('refuses %s and changes nothing', async (name, before, update, code) => {
    const collection = store.db.collection<Row>('refusals');
    await collection.insertOne({ ...before, _id: name });
    expect(await errorCode(collection.updateOne({ _id: name }, update))).toBe(code);
    expect(withoutId(await collection.findOne({ _id: name }))).toEqual(before);
  });

  it('counts documents that matched and documents that changed apart', async () => {
    const collection = store.db.collection('counts');
    await collection.insertMany([
      { a: 1, tags: ['x'] },
      { a: 1, tags: ['x'] },
      { a: 2, tags: ['x'] },
    ]);
    expect(await collection.updateMany({}, { $set: { a: 1 } })).toMatchObject({ matchedCount: 3, modifiedCount: 1 });
    expect(await collection.updateMany({}, { $addToSet: { tags: 'x' } })).toMatchObject({ modifiedCount: 0 });
    expect(await collection.updateOne({ a: 1 }, { $unset: { none: '' } })).toMatchObject({ modifiedCount: 0 });
    expect(await collection.updateOne({ a: 9 }, { $set: { a: 1 } })).toMatchObject({ matchedCount: 0 });
  });

  it('grows an int32 into an int64 that stays exact', async () => {
    const collection = store.db.collection('int64');
    await collection.insertOne({ k: 1, n: 2147483647, big: Long.fromString('9007199254740993') });
    await collection.updateOne({ k: 1 }, { $inc: { n: 1, big: 2 } });
    const found = await collection.findOne({ k: 1 }, { promoteLongs: false });
    expect(found?.n).toEqual(Long.fromString('2147483648'));
    expect(found?.big).toEqual(Long.fromString('9007199254740995'));
  });

  it('replaces a document and keeps its _id', async () => {
    const collection = store.db.collection<Row>('replaced');
    await collection.insertOne({ _id: 'r', a: 1, b: 2 });
    await collection.replaceOne({ _id: 'r' }, { c: 3 });
    expect(await collection.findOne({})).toEqual({ _id: 'r', c: 3 });
    expect(await errorCode(collection.replaceOne({ _id: 'r' }, { _id: 'other' }))).toBe(66);
  });

  it('inserts with upsert what the filter binds and $setOnInsert adds', async () => {
    const collection = store.db.collection<Row>('upserts');
    const update: Document = { $set: { s: 1 }, $setOnInsert: { first: true }, $inc: { n: 1 } };
    const filter = { _id: 'u', 'k.a': 1, kind: { $eq: 'x' }, other: { $gt: 5 } };
    const result = await collection.updateOne(filter, update, { upsert: true });
    expect(result).toMatchObject({ matchedCount: 0, modifiedCount: 0, upsertedCount: 1, upsertedId: 'u' });
    expect(await collection.findOne({})).toEqual({ _id: 'u', k: { a: 1 }, kind: 'x', s: 1, first: true, n: 1 });
    expect(
      await collection.updateOne({ _id: 'u' }, { $setOnInsert: { first: false } }, { upsert: true }),
    ).toMatchObject({
      matchedCount: 1,
      modifiedCount: 0,
    });
  });

  it('makes an _id for an upsert that has none', async () => {
    const collection = store.db.collection('upsert-id');
    const { upsertedId } = await collection.updateOne({ a: 1 }, { $set: { b: 1 } }, { upsert: true });
    expect(upsertedId).toBeInstanceOf(mongoose.mongo.BSON.ObjectId);
    expect(await collection.findOne({ _id: upsertedId as never })).toMatchObject({ a: 1, b: 1 });
  });

  it('gives $$NOW the time of the command', async () => {
    const collection = store.db.collection('now');
    await collection.insertOne({ n: 1 });
    await collection.updateOne({ n: 1 }, [{ $set: { at: '$$NOW', first: { $ifNull: ['$first', '$$NOW'] } } }]);
    const { at, first } = (await collection.findOne<{ at: Date; first: Date }>({ n: 1 })) ?? {};
    expect(at).toEqual(first);
    expect(Math.abs(Number(at?.getTime()) - Date.now())).toBeLessThan(60_000);
    await collection.updateOne({ n: 1 }, [{ $set: { first: { $ifNull: ['$first', '$$NOW'] } } }]);
    expect((await collection.findOne({ n: 1 }))?.first).toEqual(first);
    const seen = { $expr: { $gt: ['$at', { $subtract: ['$$NOW', 60_000] }] } };
    expect(await collection.countDocuments(seen)).toBe(1);
  });

  it('sets dates with $currentDate', async () => {
    const collection = store.db.collection('current-date');
    await collection.updateOne({ k: 1 }, { $currentDate: { at: true } }, { upsert: true });
    expect((await collection.findOne({ k: 1 }))?.at).toBeInstanceOf(Date);
  });
});
