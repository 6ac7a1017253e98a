import { AppError } from '../../shared/errors/app-error.ts';
import { causesOf, isDatabaseAway } from '../../shared/errors/database-away.ts';

/**
 * Any thrown value as an AppError: what it is itself, a store that is away, or an internal error. The drivers are told apart by the names of their
 * errors, because this layer does not import them.
 */
export function toAppError(error: unknown): AppError {
  for (const cause of causesOf(error)) {
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
