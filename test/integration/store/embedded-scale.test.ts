import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Store, startStore } from '../../../src/local/mongo/store-server.ts';
import { type Document, type EmbeddedDb, openEmbedded } from './connect-store.ts';

describe('100,000 documents in the embedded store', () => {
  let store: Store;
  let embedded: EmbeddedDb;
  beforeAll(async () => {
    store = await startStore();
    embedded = await openEmbedded(store);
    const collection = embedded.db.collection<Document>('runs');
    await collection.createIndexes([
      { key: { project: 1, created: -1 } },
      { key: { thread: 1, seq: 1 }, unique: true },
    ]);
    await collection.createIndex({ status: 1, created: 1 }, { partialFilterExpression: { status: 'queued' } });
    for (let at = 0; at < 100_000; at += 10_000) {
      await collection.insertMany(
        Array.from({ length: 10_000 }, (_, i) => {
          const n = at + i;
          return {
            _id: `run-${n}` as never,
            project: `p${n % 10}`,
            created: n,
            thread: `t${n % 1000}`,
            seq: n,
            status: n % 1000 ? 'done' : 'queued',
          };
        }),
      );
    }
  });
  afterAll(async () => {
    await embedded.close();
    await store.stop();
  });

  /** How many documents a query looked at and how many it had to sort. */
  async function work(query: () => Promise<unknown>): Promise<{ examined: number; sorted: number }> {
    const before = { ...store.stats('embedded', 'runs') };
    await query();
    const after = store.stats('embedded', 'runs');
    return {
      examined: (after?.examined ?? 0) - (before.examined ?? 0),
      sorted: (after?.sorted ?? 0) - (before.sorted ?? 0),
    };
  }
  const runs = () => embedded.db.collection<Document>('runs');

  it('looks at one document for an _id or a unique key', async () => {
    expect(await work(() => runs().findOne({ _id: 'run-77777' as never }))).toEqual({ examined: 1, sorted: 0 });
    expect(await work(() => runs().findOne({ thread: 't5', seq: 5 }))).toEqual({ examined: 1, sorted: 0 });
    const update = () => runs().findOneAndUpdate({ _id: 'run-5' as never }, { $set: { x: 1 } });
    expect(await work(update)).toEqual({ examined: 1, sorted: 0 });
  });

  it('looks at 20 documents for a page in the order of an index', async () => {
    const page = (direction: 1 | -1) => () =>
      runs().find({ project: 'p3' }).sort({ created: direction }).limit(20).toArray();
    expect(await work(page(-1))).toEqual({ examined: 20, sorted: 0 });
    expect(await work(page(1))).toEqual({ examined: 20, sorted: 0 });
    const after = () =>
      runs()
        .find({ project: 'p3', created: { $lt: 5000 } })
        .sort({ created: -1 })
        .limit(20)
        .toArray();
    expect(await work(after)).toEqual({ examined: 20, sorted: 0 });
    const byId = () => runs().find().sort({ _id: 1 }).limit(20).toArray();
    expect(await work(byId)).toEqual({ examined: 20, sorted: 0 });
  });

  it('uses an aggregation’s leading stages the same way', async () => {
    const pipeline = [
      { $match: { project: 'p3' } },
      { $sort: { created: -1 } },
      { $limit: 20 },
      { $project: { created: 1 } },
    ];
    expect(await work(() => runs().aggregate(pipeline).toArray())).toEqual({ examined: 20, sorted: 0 });
  });

  it('looks only at what a range or a list of values leaves', async () => {
    expect(
      await work(() =>
        runs()
          .find({ project: 'p3', created: { $gte: 100, $lt: 200 } })
          .toArray(),
      ),
    ).toMatchObject({ examined: 10 });
    expect(
      await work(() =>
        runs()
          .find({ thread: { $in: ['t1', 't2'] } })
          .toArray(),
      ),
    ).toMatchObject({ examined: 200 });
    expect(
      await work(() =>
        runs()
          .find({ $or: [{ thread: 't1' }, { _id: 'run-4' as never }] })
          .toArray(),
      ),
    ).toMatchObject({ examined: 101 });
  });

  it('uses a partial index for queries it covers and not for others', async () => {
    const queued = () => runs().find({ status: 'queued' }).sort({ created: 1 }).limit(5).toArray();
    expect(await work(queued)).toEqual({ examined: 5, sorted: 0 });
    expect(await runs().countDocuments({ status: { $in: ['queued', 'other'] } })).toBe(100);
    expect(await work(() => runs().countDocuments({ status: { $in: ['queued', 'other'] } }))).toMatchObject({
      examined: 100_000,
    });
  });
});
