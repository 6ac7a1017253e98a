import { AppError } from '../../shared/errors/app-error.ts';

/**
 * Any thrown value as an AppError: what it is itself, a store that is away, or an internal error. The drivers are told apart by the names of their
 * errors, because this layer does not import them.
 */
export function toAppError(error: unknown): AppError {
  for (const cause of chain(error)) {
    if (cause instanceof AppError) return cause;
    if (isDatabaseAway(cause))
      return new AppError('database_unavailable', {
        detail: 'The database cannot be reached; try again.',
        cause: error,
      });
    if (isRedisAway(cause))
      return new AppError('queue_unavailable', { detail: 'The queue cannot be reached; try again.', cause: error });
    // Express could not percent-decode the path.
    if (cause instanceof URIError) return new AppError('bad_request', { detail: 'The path is not well formed.' });
  }
  return new AppError('internal_error', { cause: error });
}

/** An error and its causes; the end is for causes that go round in a circle. */
function chain(error: unknown): Error[] {
  const errors: Error[] = [];
  for (let next = error; next instanceof Error && errors.length < 8; next = next.cause) errors.push(next);
  return errors;
}

/** Names of the MongoDB driver and mongoose for "no server", "no connection" and "took too long". */
const databaseErrors = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoClientClosedError',
  'MongoPoolClosedError',
  'MongoPoolClearedError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoExpiredSessionError',
]);

/**
 * Server answers that mean "not now": time limit (50), stepping down or shutting down (91, 189, 10107, 11600, 11602, 13435, 13436), host
 * trouble (6, 7, 89, 9001).
 */
const databaseCodes = new Set([6, 7, 50, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436]);

/** mongoose has no class for "there is no connection now". */
const mongooseSentences = /buffering timed out|before initial connection is complete/;

function isDatabaseAway(error: Error): boolean {
  if (databaseErrors.has(error.name)) return true;
  if (error.name === 'MongooseError') return mongooseSentences.test(error.message);
  return error.name.startsWith('Mongo') && 'code' in error && databaseCodes.has(Number(error.code));
}

/** What a Redis server answers while it cannot serve, by first word. */
const redisReplies = /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS|UNBLOCKED)\b/;

/** The client library has no classes for these three, only sentences. */
const redisSentences = new Set([
  'Connection is closed.',
  'Command timed out',
  "Stream isn't writeable and enableOfflineQueue options is false",
]);

function isRedisAway(error: Error): boolean {
  if (error.name === 'MaxRetriesPerRequestError' || redisSentences.has(error.message)) return true;
  if (error.name === 'ReplyError') return redisReplies.test(error.message);
  return error.name === 'AbortError' && error.message.startsWith('Command aborted');
}
