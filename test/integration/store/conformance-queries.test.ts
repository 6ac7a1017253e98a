import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Document, errorCode, type StoreUnderTest } from './connect-store.ts';

const { Long, ObjectId } = mongoose.mongo.BSON;

const DOCUMENTS: Document[] = [
  { _id: 1, a: 1, b: 'x', tags: ['red', 'blue'], sub: { k: 1, l: [1, 2] }, items: [{ n: 1, ok: true }, { n: 5 }] },
  { _id: 2, a: 2, b: 'y', tags: ['blue'], sub: { k: 2 }, items: [{ n: 3, ok: false }] },
  { _id: 3, a: 2.5, b: 'Xylo', tags: [], sub: { k: null }, items: [] },
  { _id: 4, a: Long.fromNumber(2), b: null, tags: 'red', sub: {}, items: [{ n: 3, ok: true }] },
  { _id: 5, a: null, tags: [['red'], 7], sub: 5 },
  { _id: 6, a: 'text', b: new Date(1000), tags: ['green', 'red'], items: [{ ok: true }] },
  { _id: 7, a: [1, 9], b: new ObjectId('6562f0c2a7b9d4f1e8c3b2a1'), sub: [{ k: 1 }, { k: 7 }] },
  { _id: 8, b: true, a: { x: 1, y: 2 } },
];

const CASES: [string, Document, number[]][] = [
  ['a number across the number types', { a: 2 }, [2, 4]],
  ['a number in an array', { a: 9 }, [7]],
  ['a whole array', { a: [1, 9] }, [7]],
  ['an array is ordered', { a: [9, 1] }, []],
  ['an embedded document', { a: { x: 1, y: 2 } }, [8]],
  ['an embedded document with another field order', { a: { y: 2, x: 1 } }, []],
  ['an empty document', { sub: {} }, [4]],
  ['an empty array', { tags: [] }, [3]],
  ['null and missing', { b: null }, [4, 5]],
  ['$eq null', { b: { $eq: null } }, [4, 5]],
  ['$ne', { a: { $ne: 2 } }, [1, 3, 5, 6, 7, 8]],
  ['$gt in one type bracket', { a: { $gt: 1 } }, [2, 3, 4, 7]],
  ['$gte', { a: { $gte: 2.5 } }, [3, 7]],
  ['$lt', { a: { $lt: 2 } }, [1, 7]],
  ['$lte with a date', { b: { $lte: new Date(1000) } }, [6]],
  ['a range that different elements fulfil', { a: { $gt: 1, $lt: 9 } }, [2, 3, 4, 7]],
  ['$gt on text', { b: { $gt: 'x' } }, [2]],
  ['$in', { a: { $in: [1, 'text', null] } }, [1, 5, 6, 7, 8].filter((id) => id !== 8)],
  ['$in with a regular expression', { b: { $in: [/^x/i] } }, [1, 3]],
  ['$nin', { a: { $nin: [1, 2, null] } }, [3, 6, 8]],
  ['$exists', { b: { $exists: true } }, [1, 2, 3, 4, 6, 7, 8]],
  ['not $exists', { sub: { $exists: false } }, [6, 8]],
  ['$type by name', { a: { $type: 'string' } }, [6]],
  ['$type number', { a: { $type: 'number' } }, [1, 2, 3, 4, 7]],
  ['$type long', { a: { $type: 'long' } }, [4]],
  ['$type of a list', { b: { $type: ['date', 'objectId'] } }, [6, 7]],
  ['$type array', { a: { $type: 'array' } }, [7]],
  ['$not', { a: { $not: { $gt: 1 } } }, [1, 5, 6, 8]],
  ['$not with a regular expression', { b: { $not: /x/ } }, [2, 3, 4, 5, 6, 7, 8]],
  ['a regular expression', { b: /y/ }, [2, 3]],
  ['$regex with $options', { b: { $regex: '^XY', $options: 'i' } }, [3]],
  ['$and', { $and: [{ a: { $gte: 1 } }, { tags: 'red' }] }, [1, 4]],
  ['$or', { $or: [{ a: 1 }, { b: 'y' }] }, [1, 2, 7]],
  ['$nor', { $nor: [{ a: { $exists: true } }, { b: true }] }, []],
  ['an element of an array', { tags: 'red' }, [1, 4, 6]],
  ['a nested array is not searched', { tags: ['red'] }, [5]],
  ['$all', { tags: { $all: ['blue', 'red'] } }, [1]],
  ['$all of one', { tags: { $all: ['red'] } }, [1, 4, 6]],
  ['$size', { tags: { $size: 2 } }, [1, 5, 6]],
  ['a path', { 'sub.k': 1 }, [1, 7]],
  ['a path through an array', { 'sub.k': 7 }, [7]],
  ['a path that ends in an array', { 'sub.l': 2 }, [1]],
  ['a path with an index', { 'items.0.n': 3 }, [2, 4]],
  ['an index at the end', { 'tags.1': 'red' }, [6]],
  ['an index names an array, not its elements', { 'tags.0': 'red' }, [1]],
  ['an index before a scalar', { 'tags.0.k': null, _id: { $in: [1, 3] } }, []],
  ['a path into an array of documents', { 'items.n': { $gt: 3 } }, [1]],
  ['conditions that different elements fulfil', { 'items.n': 5, 'items.ok': true }, [1]],
  ['$elemMatch', { items: { $elemMatch: { n: 3, ok: true } } }, [4]],
  ['$elemMatch with operators', { a: { $elemMatch: { $gt: 5, $lt: 10 } } }, [7]],
  ['$elemMatch needs one element', { items: { $elemMatch: { n: 5, ok: true } } }, []],
  ['$mod', { a: { $mod: [2, 0] } }, [2, 3, 4]],
  ['$expr', { $expr: { $gt: ['$a', 2] } }, [3, 6, 7, 8]],
  ['$comment', { a: 1, $comment: 'why' }, [1, 7]],
  ['no condition', {}, [1, 2, 3, 4, 5, 6, 7, 8]],
  ['a property of Object is not a field', { constructor: { $exists: true } }, []],
];

const ERRORS: [string, Document, number][] = [
  ['an unknown operator', { a: { $foo: 1 } }, 2],
  ['an unknown top-level operator', { $foo: 1 }, 2],
  ['$in without an array', { a: { $in: 1 } }, 2],
  ['$and without an array', { $and: { a: 1 } }, 2],
  ['an empty $or', { $or: [] }, 2],
  ['an unknown type', { a: { $type: 'nothing' } }, 2],
];

describe('queries', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore();
    await store.db.collection<Document>('q').insertMany(DOCUMENTS);
    await store.db.collection<Document>('indexed').insertMany(DOCUMENTS);
    for (const key of ['a', 'b', 'tags', 'sub.k', 'items.n'])
      await store.db.collection('indexed').createIndex({ [key]: 1 });
  });
  afterAll(() => store.stop());

  async function ids(name: string, filter: Document): Promise<unknown[]> {
    const found = await store.db
      .collection(name)
      .find(filter, { projection: { _id: 1 } })
      .toArray();
    return found.map(({ _id }) => _id as unknown).sort();
  }

  it.each(CASES)('matches %s', async (_, filter, expected) => {
    expect(await ids('q', filter)).toEqual(expected);
  });

  it.each(CASES)('matches the same with indexes: %s', async (_, filter, expected) => {
    expect(await ids('indexed', filter)).toEqual(expected);
  });

  it.each(ERRORS)('refuses %s', async (_, filter, code) => {
    expect(await errorCode(store.db.collection('q').find(filter).toArray())).toBe(code);
  });

  it('counts and lists distinct values', async () => {
    const collection = store.db.collection('q');
    expect(await collection.countDocuments({ tags: 'red' })).toBe(3);
    expect(await collection.countDocuments({}, { skip: 2, limit: 3 })).toBe(3);
    expect(await collection.estimatedDocumentCount()).toBe(8);
    expect((await collection.distinct('items.n')).sort()).toEqual([1, 3, 5]);
    expect(await collection.distinct('sub.k', { a: 1 })).toEqual([1, 7]);
  });
});
