import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { runCommand } from './commands/run-command.ts';
import type { CollectionStats } from './engine/collection.ts';
import { Cursors } from './engine/cursors.ts';
import { expireDocuments } from './engine/expire-documents.ts';
import { openStorage } from './journal/open-storage.ts';
import { type Connection, serveConnection } from './wire/connection.ts';

export interface StoreOptions {
  /** Where the journal is; without it nothing survives the process. */
  dataDir?: string;
  /** 0 (the default) takes a free port. */
  port?: number;
  /** How often documents of TTL indexes are deleted. Default 60 s, as MongoDB. */
  ttlIntervalMs?: number;
  /** The clock of `$$NOW`, `$currentDate` and TTL. */
  now?: () => Date;
  /** A journal smaller than this is never compacted. Default 64 MiB. */
  compactAboveBytes?: number;
  /** The journal cannot be written any more; every further write is refused. The process should end. */
  onFailure?: (error: Error) => void;
}

export interface Store {
  /** For mongoose, without a database name: `mongodb://127.0.0.1:PORT/`. */
  url: string;
  /** Bytes cut from the end of the journal at the start: a write that was never acknowledged. */
  cutBytes: number;
  /** Deletes what has expired now, without waiting for the timer; returns how many documents. */
  expire(): Promise<number>;
  /** The work queries did on a collection, for tests; null when there is no such collection. */
  stats(database: string, collection: string): CollectionStats | null;
  /** How many times the journal was compacted. */
  compactions(): number;
  /** Answers the commands in progress, writes what is buffered and closes everything. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded store on 127.0.0.1: MongoDB's protocol for what Skein uses, all data in memory, every acknowledged
 * write in the journal. Only one store may use a data directory at a time.
 */
export async function startStore(options: StoreOptions = {}): Promise<Store> {
  const { now = () => new Date(), ttlIntervalMs = 60_000 } = options;
  const storage = await openStorage(options);
  const { catalog, journal } = storage;
  const cursors = new Cursors(now);
  const connections = new Set<Connection>();
  const server = createServer((socket) => {
    const connection = serveConnection({
      socket,
      execute: (body) => runCommand(body, { catalog, cursors, journal, now: now() }),
    });
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function expire(): Promise<number> {
    const expired = expireDocuments(catalog, now());
    await journal.committed();
    return expired;
  }
  // A failing journal is reported by itself; the timer only must not end the process with an unhandled rejection.
  const timer = setInterval(() => void expire().catch(() => undefined), ttlIntervalMs);
  timer.unref();

  return {
    url: `mongodb://127.0.0.1:${port}/`,
    cutBytes: storage.cutBytes,
    expire,
    stats: (database, collection) => catalog.get(database, collection)?.stats ?? null,
    compactions: storage.compactions,
    async stop() {
      clearInterval(timer);
      server.close();
      await Promise.all(Array.from(connections, (connection) => connection.close()));
      await storage.close();
    },
  };
}
