import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectStore, type Document, errorCode, losesCursors, type StoreUnderTest } from './connect-store.ts';

const { ObjectId } = mongoose.mongo.BSON;
const P1 = new ObjectId('6562f0c2a7b9d4f1e8c3b2a1');
const P2 = new ObjectId('6562f0c2a7b9d4f1e8c3b2a2');

const DOCUMENTS: Document[] = [
  { _id: 1, p: P1, model: 'm', tokens: 10, at: new Date('2026-01-01T10:00:00Z'), tags: ['a', 'b'], sub: { x: 1 } },
  { _id: 2, p: P1, model: 'n', tokens: 20, at: new Date('2026-01-01T23:59:59Z'), tags: [], sub: { x: 5 } },
  { _id: 3, p: P2, model: 'm', tokens: null, at: new Date('2026-01-02T00:00:00Z'), tags: ['a'], sub: { x: 3 } },
  { _id: 4, p: P2, model: 'm', at: new Date('2026-01-02T05:00:00Z'), sub: {} },
];

// biome-ignore-start lint/suspicious/noThenProperty: `then` is what MongoDB calls a branch of $cond.
const CASES: [string, Document[], Document[]][] = [
  ['$match and $count', [{ $match: { p: P1 } }, { $count: 'n' }], [{ n: 2 }]],
  [
    '$group with $sum',
    [{ $group: { _id: '$p', n: { $sum: 1 }, t: { $sum: '$tokens' } } }, { $sort: { _id: 1 } }],
    [
      { _id: P1, n: 2, t: 30 },
      { _id: P2, n: 2, t: 0 },
    ],
  ],
  [
    '$group by several fields',
    [{ $group: { _id: { p: '$p', m: '$model' }, n: { $sum: 1 } } }, { $sort: { n: -1, '_id.m': 1 } }],
    [
      { _id: { p: P2, m: 'm' }, n: 2 },
      { _id: { p: P1, m: 'm' }, n: 1 },
      { _id: { p: P1, m: 'n' }, n: 1 },
    ],
  ],
  [
    '$group with $min, $max, $avg, $first and $last',
    [
      { $sort: { _id: 1 } },
      {
        $group: {
          _id: null,
          min: { $min: '$tokens' },
          max: { $max: '$at' },
          avg: { $avg: '$tokens' },
          first: { $first: '$model' },
          last: { $last: '$tokens' },
        },
      },
    ],
    [{ _id: null, min: 10, max: new Date('2026-01-02T05:00:00Z'), avg: 15, first: 'm', last: null }],
  ],
  [
    '$group with $push, which leaves out what is missing',
    [{ $sort: { _id: 1 } }, { $group: { _id: null, t: { $push: '$tokens' } } }],
    [{ _id: null, t: [10, 20, null] }],
  ],
  [
    '$group by day',
    [
      { $group: { _id: { $dateToString: { format: '%Y-%m-%d', date: '$at' } }, n: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ],
    [
      { _id: '2026-01-01', n: 2 },
      { _id: '2026-01-02', n: 2 },
    ],
  ],
  [
    '$project with expressions',
    [
      { $match: { _id: 1 } },
      { $project: { twice: { $multiply: ['$tokens', 2] }, 'sub.x': 1, name: { $concat: ['<', '$model', '>'] } } },
    ],
    [{ _id: 1, sub: { x: 1 }, twice: 20, name: '<m>' }],
  ],
  [
    '$project with $ifNull and $cond',
    [
      { $sort: { _id: 1 } },
      {
        $project: {
          t: { $ifNull: ['$tokens', -1] },
          big: { $cond: { if: { $gte: ['$tokens', 20] }, then: 'yes', else: 'no' } },
        },
      },
    ],
    [
      { _id: 1, t: 10, big: 'no' },
      { _id: 2, t: 20, big: 'yes' },
      { _id: 3, t: -1, big: 'no' },
      { _id: 4, t: -1, big: 'no' },
    ],
  ],
  [
    '$addFields',
    [{ $match: { _id: 1 } }, { $addFields: { 'sub.y': { $size: '$tags' } } }, { $project: { sub: 1 } }],
    [{ _id: 1, sub: { x: 1, y: 2 } }],
  ],
  [
    '$unwind',
    [{ $unwind: '$tags' }, { $group: { _id: '$tags', n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
    [
      { _id: 'a', n: 2 },
      { _id: 'b', n: 1 },
    ],
  ],
  [
    '$unwind that keeps documents without elements',
    [{ $unwind: { path: '$tags', preserveNullAndEmptyArrays: true } }, { $count: 'n' }],
    [{ n: 5 }],
  ],
  ['$replaceRoot', [{ $match: { _id: 2 } }, { $replaceRoot: { newRoot: '$sub' } }], [{ x: 5 }]],
  ['$unset', [{ $match: { _id: 4 } }, { $unset: ['p', 'at', 'sub'] }], [{ _id: 4, model: 'm' }]],
  [
    '$sort, $skip and $limit',
    [{ $sort: { _id: -1 } }, { $skip: 1 }, { $limit: 2 }, { $project: { _id: 1 } }],
    [{ _id: 3 }, { _id: 2 }],
  ],
  [
    '$limit before $sort',
    [{ $sort: { _id: 1 } }, { $limit: 2 }, { $sort: { _id: -1 } }, { $project: { _id: 1 } }],
    [{ _id: 2 }, { _id: 1 }],
  ],
  [
    '$filter and $map',
    [
      { $match: { _id: 1 } },
      {
        $project: {
          f: { $filter: { input: '$tags', as: 't', cond: { $eq: ['$$t', 'a'] } } },
          m: { $map: { input: '$tags', as: 't', in: { $concat: ['$$t', '!'] } } },
        },
      },
    ],
    [{ _id: 1, f: ['a'], m: ['a!', 'b!'] }],
  ],
  [
    'comparison across types',
    [
      { $match: { _id: 1 } },
      { $project: { a: { $lt: ['$tokens', '$model'] }, b: { $eq: ['$none', null] }, c: { $gt: ['$none', null] } } },
    ],
    [{ _id: 1, a: true, b: false, c: false }],
  ],
  [
    'expressions of null, of one argument with and without brackets, and of one text',
    [
      { $match: { _id: 3 } },
      {
        $project: {
          a: { $add: '$sub.x' },
          b: { $abs: [-5] },
          c: { $toUpper: '$tokens' },
          d: { $mod: [7, '$tokens'] },
          e: { $slice: ['$tags', '$tokens'] },
          f: { $not: '' },
          g: { $mergeObjects: ['$sub', { y: 2 }, null] },
          h: { $concat: 'x' },
        },
      },
    ],
    [{ _id: 3, a: 3, b: 5, c: '', d: null, e: null, f: false, g: { x: 3, y: 2 }, h: 'x' }],
  ],
  [
    '$sortByCount',
    [{ $sortByCount: '$model' }],
    [
      { _id: 'm', count: 3 },
      { _id: 'n', count: 1 },
    ],
  ],
];

// biome-ignore-end lint/suspicious/noThenProperty: end of the cases.

describe('aggregation', () => {
  let store: StoreUnderTest;
  beforeAll(async () => {
    store = await connectStore({ maxPoolSize: 1 });
    await store.db.collection<Document>('usage').insertMany(DOCUMENTS);
  });
  afterAll(() => store.stop());

  it.each(CASES)('runs %s', async (_, pipeline, expected) => {
    expect(await store.db.collection('usage').aggregate(pipeline).toArray()).toEqual(expected);
  });

  it('answers in batches', async ({ skip }) => {
    skip(await losesCursors(store.db), 'this engine loses cursors');
    await store.db.collection('many').insertMany(Array.from({ length: 300 }, (_, n) => ({ n })));
    const cursor = store.db
      .collection('many')
      .aggregate([{ $sort: { n: 1 } }, { $project: { _id: 0, n: 1 } }], { batchSize: 10 });
    expect(await cursor.toArray()).toEqual(Array.from({ length: 300 }, (_, n) => ({ n })));
  });

  it('refuses an unknown stage and an unknown expression', async () => {
    const run = (pipeline: Document[]) => errorCode(store.db.collection('usage').aggregate(pipeline).toArray());
    expect(await run([{ $noSuchStage: 1 }])).toEqual(expect.any(Number));
    expect(await run([{ $project: { a: { $noSuchOperator: 1 } } }])).toEqual(expect.any(Number));
    expect(await run([{ $project: { a: '$$nobody' } }])).toEqual(expect.any(Number));
  });
});
