import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStorage } from '../../../src/local/mongo/journal/open-storage.ts';
import { startStore } from '../../../src/local/mongo/store-server.ts';
import { type Document, openEmbedded } from './connect-store.ts';
import { connectClient, runStoreToEnd, type StoreProcess, startStoreProcess } from './store-process.ts';

type Counter = { _id: string; n: number };

describe('crashes of the embedded store', () => {
  let dataDir: string;
  let running: StoreProcess[] = [];
  const journal = () => join(dataDir, 'store.journal');

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'skein-store-test-'));
  });
  afterEach(async () => {
    for (const { end } of running) await end('SIGKILL');
    running = [];
    await rm(dataDir, { recursive: true, force: true });
  });

  async function start(extra: Record<string, string> = {}): Promise<StoreProcess> {
    const store = await startStoreProcess(dataDir, extra);
    running.push(store);
    return store;
  }

  /** Inserts and increments with 40 clients at once until the process is killed; answers what was acknowledged. */
  async function writeUntilKilled(
    store: StoreProcess,
    enough: number,
    round: string,
  ): Promise<{ ids: string[]; counted: number }> {
    const client = await connectClient(store.url);
    const collection = client.db('crash').collection<Counter>('docs');
    const counters = client.db('crash').collection<Counter>('counters');
    const ids: string[] = [];
    let counted = 0;
    const writer = async (writerId: number) => {
      for (let n = 0; ; n++) {
        const _id = `${round}-${writerId}-${n}`;
        await collection.insertOne({ _id, n });
        ids.push(_id);
        await counters.updateOne({ _id: 'c' }, { $inc: { n: 1 } }, { upsert: true });
        counted++;
        if (ids.length >= enough) store.child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 40 }, (_, writerId) => writer(writerId)));
    await store.end('SIGKILL');
    await client.close();
    return { ids, counted };
  }

  it('keeps every acknowledged write of concurrent clients over kill -9, several times', async () => {
    const acknowledged: string[] = [];
    let counted = 0;
    for (let round = 0; round < 3; round++) {
      const written = await writeUntilKilled(await start(), 400, `r${round}`);
      acknowledged.push(...written.ids);
      counted += written.counted;
    }
    const store = await start();
    const client = await connectClient(store.url);
    const db = client.db('crash');
    const found = new Set((await db.collection<Counter>('docs').find().toArray()).map(({ _id }) => _id));
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(1200);
    const total = (await db.collection<Counter>('counters').findOne({ _id: 'c' }))?.n ?? 0;
    // At most one unacknowledged increment for each client and round may have happened as well.
    expect(total).toBeGreaterThanOrEqual(counted);
    expect(total).toBeLessThanOrEqual(counted + 3 * 40);
    await client.close();
    expect(await store.end('SIGTERM')).toBe(0);
  });

  async function withStore<T>(
    use: (db: Awaited<ReturnType<typeof openEmbedded>>['db']) => Promise<T>,
    compactAboveBytes?: number,
  ) {
    const store = await startStore({ dataDir, ...(compactAboveBytes === undefined ? {} : { compactAboveBytes }) });
    const { db, close } = await openEmbedded(store);
    try {
      return { result: await use(db), store };
    } finally {
      await close();
      await store.stop();
    }
  }

  it('opens a journal with a torn or damaged end and keeps the rest', async () => {
    await withStore((db) => db.collection<Document>('c').insertMany(Array.from({ length: 10 }, (_, n) => ({ n }))));
    const whole = (await stat(journal())).size;
    const read = async () => {
      const { result, store } = await withStore((db) => db.collection<Document>('c').find().sort({ n: 1 }).toArray());
      return { numbers: result.map(({ n }) => n), cutBytes: store.cutBytes };
    };
    await appendFile(journal(), Buffer.from('garbage that is not a record at all'));
    expect(await read()).toEqual({ numbers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], cutBytes: 35 });
    expect((await stat(journal())).size).toBe(whole);
    await appendFile(journal(), Buffer.alloc(4096));
    expect(await read()).toMatchObject({ numbers: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], cutBytes: 4096 });
    await truncate(journal(), whole - 3);
    expect((await read()).numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    const bytes = await readFile(journal());
    bytes[bytes.length - 5] = (bytes.at(-5) ?? 0) ^ 0xff;
    await writeFile(journal(), bytes);
    expect((await read()).numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await withStore((db) => db.collection<Document>('c').insertOne({ n: 100 }));
    expect((await read()).numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 100]);
  });

  it('starts after a crash in the very first write of the journal, and refuses a file that is none', async () => {
    await writeFile(journal(), 'skein');
    await withStore((db) => db.collection<Document>('c').insertOne({ n: 1 }));
    expect((await withStore((db) => db.collection('c').countDocuments())).result).toBe(1);
    await writeFile(journal(), 'this is somebody else’s file, which must not be overwritten');
    await expect(startStore({ dataDir })).rejects.toThrow('not a journal');
    expect(await readFile(journal(), 'utf8')).toContain('somebody else');
  });

  it('brings back collections, indexes, updates and deletions as they were', async () => {
    await withStore(async (db) => {
      const kept = db.collection<Document>('kept');
      await kept.createIndexes([
        { key: { k: 1 }, unique: true, partialFilterExpression: { on: true } },
        { key: { at: -1 }, expireAfterSeconds: 100 },
        { key: { gone: 1 } },
      ]);
      await kept.insertMany([{ n: 1, k: 'a', on: true }, { n: 2, k: 'a' }, { n: 3 }]);
      await kept.updateOne({ n: 2 }, { $set: { text: 'changed' } });
      await kept.deleteOne({ n: 3 });
      await kept.dropIndex('gone_1');
      await db.collection<Document>('dropped').insertOne({ a: 1 });
      await db.collection('dropped').drop();
      await db.collection<Document>('dropped').insertOne({ a: 2 });
      await db.createCollection('empty');
    });
    await withStore(async (db) => {
      const kept = db.collection<Document>('kept');
      expect(await kept.find({}, { projection: { _id: 0 } }).toArray()).toEqual([
        { n: 1, k: 'a', on: true },
        { n: 2, k: 'a', text: 'changed' },
      ]);
      expect((await kept.indexes()).map(({ name }) => name)).toEqual(['_id_', 'k_1', 'at_-1']);
      await expect(kept.insertOne({ k: 'a', on: true })).rejects.toThrow('E11000');
      expect(
        await db
          .collection<Document>('dropped')
          .find({}, { projection: { _id: 0 } })
          .toArray(),
      ).toEqual([{ a: 2 }]);
      const names = (await db.listCollections().toArray()).map(({ name }) => name).sort();
      expect(names).toEqual(['dropped', 'empty', 'kept']);
    });
  });

  it('compacts a journal full of old versions while it is written to, and loses nothing', async () => {
    const text = 'x'.repeat(500);
    const store = await startStore({ dataDir, compactAboveBytes: 100_000 });
    const { db, close } = await openEmbedded(store);
    const collection = db.collection<Counter & { text: string }>('c');
    await collection.createIndex({ n: 1 });
    await Promise.all(Array.from({ length: 50 }, (_, i) => collection.insertOne({ _id: `d${i}`, n: 0, text })));
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        for (let n = 0; n < 40; n++) await collection.updateOne({ _id: `d${i}` }, { $inc: { n: 1 } });
      }),
    );
    await close();
    await store.stop();
    expect(store.compactions()).toBeGreaterThan(0);
    expect((await stat(journal())).size).toBeLessThan(400_000);
    await withStore(async (again) => {
      const found = await again.collection('c').find({ n: 40, text }).toArray();
      expect(found).toHaveLength(50);
      expect(await again.collection('c').indexes()).toHaveLength(2);
    });
  });

  it('compacts while records arrive faster than they are flushed', async () => {
    const storage = await openStorage({ dataDir, compactAboveBytes: 50_000 });
    const collection = storage.catalog.create('crash', 'c');
    const record = collection.insert({ _id: 'one', n: 0 });
    // A flush takes several turns of the event loop and each turn brings a record, so there is always one waiting.
    let n = 0;
    while (n < 20_000 && storage.compactions() === 0) {
      n++;
      collection.replace(record, { _id: 'one', n, text: 'x'.repeat(500) });
      await setImmediate();
    }
    const compactions = storage.compactions();
    await storage.close();
    expect(compactions).toBeGreaterThan(0);
    const { result } = await withStore(async (db) => db.client.db('crash').collection('c').findOne({}));
    expect(result).toMatchObject({ n });
  });

  it('is safe when it is killed in the middle of a compaction', async () => {
    await withStore((db) => db.collection<Document>('c').insertMany(Array.from({ length: 20 }, (_, n) => ({ n }))));
    // What a crash before the rename leaves: the old journal whole and a half-written new one.
    const whole = await readFile(journal());
    await writeFile(`${journal()}.new`, whole.subarray(0, whole.length / 2));
    expect((await withStore((db) => db.collection('c').countDocuments())).result).toBe(20);
    await expect(stat(`${journal()}.new`)).rejects.toThrow('ENOENT');
  });

  it('keeps every acknowledged write when it is killed while it compacts again and again', async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 3; round++) {
      const store = await start({ STORE_COMPACT_ABOVE_BYTES: '50000' });
      const before = (await stat(journal())).birthtimeMs;
      const client = await connectClient(store.url);
      const collection = client.db('crash').collection<Counter & { text: string }>('c');
      let writes = 0;
      const writer = async (writerId: number) => {
        const _id = `w${writerId}`;
        for (let n = (acknowledged.get(_id) ?? 0) + 1; ; n++) {
          await collection.updateOne({ _id }, { $set: { n, text: randomUUID().repeat(20) } }, { upsert: true });
          acknowledged.set(_id, n);
          writes++;
          if (writes >= 500 + round * 137) store.child.kill('SIGKILL');
        }
      };
      await Promise.allSettled(Array.from({ length: 20 }, (_, writerId) => writer(writerId)));
      await store.end('SIGKILL');
      await client.close();
      // A compaction puts a new file in its place: without one this would test nothing.
      expect((await stat(journal())).birthtimeMs).toBeGreaterThan(before);
    }
    const store = await start();
    const client = await connectClient(store.url);
    const found = await client.db('crash').collection<Counter>('c').find().toArray();
    const result = new Map(found.map(({ _id, n }) => [_id, n]));
    await client.close();
    for (const [id, n] of acknowledged) expect(result.get(id)).toBeGreaterThanOrEqual(n);
    expect(acknowledged.size).toBe(20);
  }, 60_000);

  it('refuses a data directory another store uses, and takes it when that one was killed', async () => {
    const first = await start();
    await expect(startStore({ dataDir })).rejects.toThrow('in use by another store');
    await first.end('SIGKILL');
    await withStore((db) => db.collection<Document>('c').insertOne({ n: 1 }));
  });

  it('ends with SIGTERM only after what it was writing is on disk', async () => {
    const store = await start();
    const client = await connectClient(store.url);
    const collection = client.db('crash').collection<Document>('c');
    await collection.insertMany(Array.from({ length: 1000 }, (_, n) => ({ n })));
    expect(await store.end('SIGTERM')).toBe(0);
    await client.close();
    const again = await start();
    const second = await connectClient(again.url);
    expect(await second.db('crash').collection('c').countDocuments()).toBe(1000);
    await second.close();
  });

  it('does not start in production', async () => {
    const { code, stderr } = await runStoreToEnd({ NODE_ENV: 'production', STORE_DATA_DIR: dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain('MONGODB_URL');
  });
});
