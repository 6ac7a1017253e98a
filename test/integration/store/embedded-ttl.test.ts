import { describe, expect, it } from 'vitest';
import { startStore } from '../../../src/local/mongo/store-server.ts';
import { type Document, openEmbedded } from './connect-store.ts';

describe('TTL indexes of the embedded store', () => {
  it('deletes what is over by the clock it was given, and only dates', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const store = await startStore({ now: () => now });
    const { db, close } = await openEmbedded(store);
    try {
      const collection = db.collection<Document>('leases');
      await collection.createIndex({ at: 1 }, { expireAfterSeconds: 60 });
      await collection.createIndex({ due: -1 }, { expireAfterSeconds: 0 });
      await collection.insertMany([
        { name: 'old', at: new Date('2025-12-31T23:58:00Z') },
        { name: 'young', at: new Date('2025-12-31T23:59:30Z') },
        { name: 'earliest counts', at: [new Date('2030-01-01'), new Date('2020-01-01')] },
        { name: 'number', at: 5 },
        { name: 'null', at: null },
        { name: 'due', due: new Date('2026-01-01T00:00:30Z') },
      ]);
      expect(await store.expire()).toBe(2);
      const names = async () => (await collection.find().toArray()).map(({ name }) => name as string).sort();
      expect(await names()).toEqual(['due', 'null', 'number', 'young']);
      now = new Date('2026-01-01T00:01:00Z');
      expect(await store.expire()).toBe(2);
      expect(await names()).toEqual(['null', 'number']);
    } finally {
      await close();
      await store.stop();
    }
  });

  it('does so on its timer', async () => {
    const store = await startStore({ ttlIntervalMs: 10 });
    const { db, close } = await openEmbedded(store);
    try {
      const collection = db.collection<Document>('leases');
      await collection.createIndex({ at: 1 }, { expireAfterSeconds: 1 });
      await collection.insertMany([{ at: new Date(0) }, { at: new Date(Date.now() + 3_600_000) }]);
      await expect.poll(() => collection.countDocuments()).toBe(1);
    } finally {
      await close();
      await store.stop();
    }
  });
});
