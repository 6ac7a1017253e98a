import mongoose, { type Connection } from 'mongoose';

export interface MongoOptions {
  readonly url: string;
  readonly database?: string | undefined;
  readonly poolSize: number;
  readonly appName: string;
  /**
   * `request`: an operation fails within about 2.5 s, also when packets just vanish, and is not repeated by the driver, so that a client hears 503 within 3 s and tries again
   * itself. `work`: 10 s, repeated once. Default `work`.
   */
  readonly patience?: 'request' | 'work';
  /** Called with the name of every command sent; tests count with it. */
  readonly onCommand?: (name: string) => void;
}

const REQUEST_MS = 2400;

const PATIENCE = {
  request: {
    serverSelectionTimeoutMS: REQUEST_MS,
    connectTimeoutMS: REQUEST_MS,
    socketTimeoutMS: REQUEST_MS,
    waitQueueTimeoutMS: REQUEST_MS,
    retryReads: false,
    retryWrites: false,
  },
  work: { serverSelectionTimeoutMS: 3000, connectTimeoutMS: 3000, socketTimeoutMS: 10_000 },
} as const;

/**
 * A connection that fails soon: 3 s to find a server, nothing buffered while there is none. Writes are acknowledged by a majority and
 * journalled, because an accepted run must survive a crash.
 * @throws when no server is found.
 */
export async function connectMongo(options: MongoOptions): Promise<Connection> {
  const connection = mongoose.createConnection(options.url, {
    ...(options.database ? { dbName: options.database } : hasDatabase(options.url) ? {} : { dbName: 'skein' }),
    appName: options.appName,
    maxPoolSize: options.poolSize,
    ...PATIENCE[options.patience ?? 'work'],
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
