import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { startStore } from '../../../src/local/mongo/store-server.ts';

export type Db = mongoose.mongo.Db;
export type Document = Record<string, unknown>;

/** A document whose `_id` the test chooses. */
export interface Row extends Document {
  _id: number | string;
}

export interface StoreUnderTest {
  url: string;
  /** A database of its own, dropped by `stop`. */
  connection: mongoose.Connection;
  db: Db;
  stop(): Promise<void>;
}

/**
 * Connects mongoose to the engine MONGODB_URL names, or to an embedded store started for the caller.
 * Some engines keep a cursor to the connection it was opened on: a pool of one for tests that read in batches.
 */
export async function connectStore({ maxPoolSize = 50 } = {}): Promise<StoreUnderTest> {
  // biome-ignore lint/style/noProcessEnv: the same assertions run on the engine the caller names, else on our own store.
  const engineUrl = process.env.MONGODB_URL;
  const embedded = engineUrl ? null : await startStore();
  const url = embedded?.url ?? (engineUrl as string);
  const dbName = `conf_${randomUUID().slice(0, 8)}`;
  const connection = await mongoose.createConnection(url, { dbName, maxPoolSize }).asPromise();
  return {
    url,
    connection,
    db: connection.getClient().db(dbName),
    async stop() {
      await connection.dropDatabase();
      await connection.close();
      await embedded?.stop();
    },
  };
}

/**
 * True on an engine that loses a cursor between two batches as soon as a second client is active (measured with
 * DocumentDB behind its gateway: 49 of 50 reads with two clients). MongoDB and the embedded store keep them.
 */
export async function losesCursors(db: Db): Promise<boolean> {
  return (await db.command({ buildInfo: 1 })).gitVersion === 'documentdb';
}

/** The code of the error an operation ends with; null when it succeeds. */
export async function errorCode(operation: Promise<unknown>): Promise<unknown> {
  try {
    await operation;
    return null;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** A document without its `_id`. */
export function withoutId(document: Document | null): Document | null {
  if (document === null) return null;
  const { _id, ...rest } = document;
  return rest;
}

export interface EmbeddedDb {
  db: Db;
  bson: typeof mongoose.mongo.BSON;
  close(): Promise<void>;
}

/** A client of an embedded store, for tests of what other engines do differently or do not show. */
export async function openEmbedded(store: { url: string }): Promise<EmbeddedDb> {
  const client = await mongoose.mongo.MongoClient.connect(store.url);
  return { db: client.db('embedded'), bson: mongoose.mongo.BSON, close: () => client.close() };
}
