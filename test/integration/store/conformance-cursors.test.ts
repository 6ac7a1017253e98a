import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectStore,
  type Document,
  errorCode,
  losesCursors,
  type Row,
  type StoreUnderTest,
} from './connect-store.ts';

const { Binary, Long, MaxKey, MinKey, ObjectId } = mongoose.mongo.BSON;

/** A cursor id as it must be sent: the driver promotes a small one to a number. */
function long(id: unknown) {
  return Long.fromString(String(id));
}

const PROJECTIONS: [string, Document, Document][] = [
  ['inclusion', { a: 1 }, { _id: 1, a: 1 }],
  ['inclusion without _id', { a: 1, _id: 0 }, { a: 1 }],
  ['exclusion', { sub: 0, list: 0, docs: 0 }, { _id: 1, a: 1 }],
  ['exclusion of _id alone', { _id: 0, list: 0, docs: 0 }, { a: 1, sub: { x: 1, y: 2 } }],
  ['a path', { 'sub.x': 1, _id: 0 }, { sub: { x: 1 } }],
  ['a nested spec', { sub: { y: 1 }, _id: 0 }, { sub: { y: 2 } }],
  ['a path through an array', { 'docs.k': 1, _id: 0 }, { docs: [{ k: 1 }, { k: 2 }] }],
  ['exclusion through an array', { 'docs.k': 0, list: 0, sub: 0 }, { _id: 1, a: 1, docs: [{ v: 'a' }, { v: 'b' }] }],
  ['$slice', { list: { $slice: 2 }, sub: 0, docs: 0 }, { _id: 1, a: 1, list: [1, 2] }],
  ['$slice from the end', { list: { $slice: -1 }, sub: 0, docs: 0 }, { _id: 1, a: 1, list: [4] }],
  ['$elemMatch', { docs: { $elemMatch: { k: 2 } } }, { _id: 1, docs: [{ k: 2, v: 'b' }] }],
  ['a field that is missing', { none: 1 }, { _id: 1 }],
];

describe('cursors', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore({ maxPoolSize: 1 });
    await store.db.collection('many').insertMany(Array.from({ length: 1000 }, (_, n) => ({ n, group: n % 3 })));
  });
  afterAll(() => store.stop());

  it('gives every document once over many batches', async ({ skip }) => {
    skip(await losesCursors(store.db), 'this engine loses cursors');
    const cursor = store.db.collection('many').find({}, { batchSize: 90, sort: { n: 1 } });
    const seen: number[] = [];
    for await (const { n } of cursor) seen.push(n as number);
    expect(seen).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  });

  it('honours skip and limit over batches', async ({ skip }) => {
    skip(await losesCursors(store.db), 'this engine loses cursors');
    const cursor = store.db.collection('many').find({ group: 1 }).sort({ n: -1 }).skip(10).limit(25).batchSize(4);
    const seen = (await cursor.toArray()).map(({ n }) => n as number);
    expect(seen).toHaveLength(25);
    expect(seen[0]).toBe(997 - 30);
  });

  it('opens a cursor with an empty first batch and a limit of one', async ({ skip }) => {
    skip(await losesCursors(store.db), 'this engine loses cursors');
    const { cursor } = await store.db.command({ find: 'many', batchSize: 0 });
    expect(cursor.firstBatch).toEqual([]);
    const next = await store.db.command({ getMore: long(cursor.id), collection: 'many', batchSize: 3 });
    expect(next.cursor.nextBatch).toHaveLength(3);
    await store.db.command({ killCursors: 'many', cursors: [long(cursor.id)] });
    const single = await store.db.command({ find: 'many', limit: 1, singleBatch: true });
    expect(single.cursor.firstBatch).toHaveLength(1);
    expect(String(single.cursor.id)).toBe('0');
  });

  it('answers a cursor that was killed or never was with CursorNotFound', async () => {
    const { cursor } = await store.db.command({ find: 'many', batchSize: 2 });
    await store.db.command({ killCursors: 'many', cursors: [long(cursor.id)] });
    expect(await errorCode(store.db.command({ getMore: long(cursor.id), collection: 'many' }))).toBe(43);
    const unknown = Long.fromNumber(987654321);
    expect(await errorCode(store.db.command({ getMore: unknown, collection: 'many' }))).toBe(43);
  });

  it('sorts across types in the order of BSON', async () => {
    const values = [
      new MinKey(),
      null,
      -5,
      Long.fromNumber(3),
      3.5,
      'a',
      'b',
      { a: 1 },
      new Binary(Buffer.from([1])),
      new ObjectId('6562f0c2a7b9d4f1e8c3b2a1'),
      false,
      true,
      new Date(0),
      new MaxKey(),
    ];
    const collection = store.db.collection('types');
    await collection.insertMany(values.map((v, place) => ({ v, place })).toReversed());
    const sorted = async (direction: 1 | -1) =>
      (await collection.find().sort({ v: direction }).toArray()).map(({ place }) => place as number);
    const order = values.map((_, place) => place);
    expect(await sorted(1)).toEqual(order);
    expect(await sorted(-1)).toEqual(order.toReversed());
    await collection.createIndex({ v: 1 });
    expect(await sorted(1)).toEqual(order);
    expect(await sorted(-1)).toEqual(order.toReversed());
  });

  it('sorts by several fields in different directions, with and without an index', async () => {
    const collection = store.db.collection('compound');
    await collection.insertMany(Array.from({ length: 60 }, (_, n) => ({ a: n % 4, b: (n * 7) % 15, n })));
    const expected = Array.from({ length: 60 }, (_, n) => ({ a: n % 4, b: (n * 7) % 15, n })).sort(
      (x, y) => x.a - y.a || y.b - x.b || x.n - y.n,
    );
    const read = async () =>
      (await collection
        .find({}, { projection: { _id: 0 } })
        .sort({ a: 1, b: -1, n: 1 })
        .toArray()) as unknown[];
    expect(await read()).toEqual(expected);
    await collection.createIndex({ a: 1, b: -1, n: 1 });
    expect(await read()).toEqual(expected);
    const reverse = await collection
      .find({}, { projection: { _id: 0 } })
      .sort({ a: -1, b: 1, n: -1 })
      .toArray();
    expect(reverse).toEqual(expected.toReversed());
  });

  it.each(PROJECTIONS)('projects with %s', async (_, projection, expected) => {
    const collection = store.db.collection<Row>('projected');
    const document = {
      a: 1,
      sub: { x: 1, y: 2 },
      list: [1, 2, 3, 4],
      docs: [
        { k: 1, v: 'a' },
        { k: 2, v: 'b' },
      ],
    };
    await collection.replaceOne({ _id: 1 }, document, { upsert: true });
    expect(await collection.findOne({ _id: 1 }, { projection })).toEqual(expected);
  });

  it('projects the element the query matched', async () => {
    const collection = store.db.collection<Row>('positional');
    await collection.insertOne({ _id: 1, list: [{ k: 1 }, { k: 5 }, { k: 9 }] });
    expect(await collection.findOne({ 'list.k': 5 }, { projection: { 'list.$': 1 } })).toEqual({
      _id: 1,
      list: [{ k: 5 }],
    });
  });

  it('refuses to mix inclusion and exclusion', async () => {
    const mixed = store.db.collection('many').find({}, { projection: { n: 1, group: 0 } });
    expect(await errorCode(mixed.toArray())).toEqual(expect.any(Number));
  });

  it('accepts a hint that names an index and refuses one that does not', async () => {
    const collection = store.db.collection('hinted');
    await collection.insertMany([{ a: 1 }, { a: 2 }]);
    await collection.createIndex({ a: 1 }, { name: 'by_a' });
    expect(await collection.find({ a: 2 }).hint('by_a').toArray()).toHaveLength(1);
    expect(await collection.find({ a: 2 }).hint({ a: 1 }).toArray()).toHaveLength(1);
    expect(await errorCode(collection.find({ a: 2 }).hint('none').toArray())).toBe(2);
  });
});
