import mongoose, { type Connection } from 'mongoose';

export interface MongoOptions {
  readonly url: string;
  readonly database?: string | undefined;
  readonly poolSize: number;
  readonly appName: string;
  /** Called with the name of every command sent; tests count with it. */
  readonly onCommand?: (name: string) => void;
}

/**
 * A connection that fails fast: 3 s to find a server, 10 s for an answer, nothing buffered while there is none. Writes are acknowledged by a majority and
 * journalled, because an accepted run must survive a crash.
 * @throws when no server is found.
 */
export async function connectMongo(options: MongoOptions): Promise<Connection> {
  const connection = mongoose.createConnection(options.url, {
    ...(options.database ? { dbName: options.database } : hasDatabase(options.url) ? {} : { dbName: 'skein' }),
    appName: options.appName,
    maxPoolSize: options.poolSize,
    serverSelectionTimeoutMS: 3000,
    connectTimeoutMS: 3000,
    socketTimeoutMS: 10_000,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    writeConcern: { w: 'majority', journal: true },
    monitorCommands: options.onCommand !== undefined,
  });
  try {
    await connection.asPromise();
  } catch (error) {
    await connection.destroy();
    throw error;
  }
  const { onCommand } = options;
  if (onCommand) connection.getClient().on('commandStarted', (event) => onCommand(event.commandName));
  return connection;
}

const hasDatabase = (url: string): boolean => /^mongodb(\+srv)?:\/\/[^/]+\/[^?]+/.test(url);

/**
 * Is it MongoDB's "duplicate key" (code 11000)? Then another writer was first. DocumentDB on PostgreSQL says it so for inserts and updates, but for
 * findAndModify it lets PostgreSQL's own word through, as an internal error (code 1).
 */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 11000 || (error.code === 1 && error.message.includes('violates exclusion constraint'));
}
