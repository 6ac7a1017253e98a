/** The driver's errors are told apart by their names, so that whoever has to know does not import it. */

/** An error and its causes; the end is for causes that go round in a circle. A failed insertMany has its cause, a broken connection for example, as `errorResponse`. */
export function causesOf(error: unknown): Error[] {
  const errors: Error[] = [];
  for (let next = error; next instanceof Error && errors.length < 8; ) {
    errors.push(next);
    next = next.cause ?? ('errorResponse' in next ? next.errorResponse : undefined);
  }
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
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoOperationTimeoutError',
  'MongoExpiredSessionError',
]);

/**
 * Server answers that mean "not now": time limit (50), stepping down or shutting down (91, 189, 10107, 11600, 11602, 13435, 13436), host
 * trouble (6, 7, 89, 9001), a write that was broken up because it and another one waited for each other (112).
 */
const databaseCodes = new Set([6, 7, 50, 89, 91, 112, 189, 9001, 10107, 11600, 11602, 13435, 13436]);

/** mongoose has no class for "there is no connection now". */
const mongooseSentences = /buffering timed out|before initial connection is complete/;

/** A write to a connection that has just broken may fail with the bare error of the system. Redis commands never do: their client has errors of its own. */
const systemCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
]);

/** Does this error, itself and not its causes, say that the database cannot be used now? The same request may succeed later. */
export function isDatabaseAway(error: Error): boolean {
  if (databaseErrors.has(error.name) || ('syscall' in error && 'code' in error && systemCodes.has(String(error.code))))
    return true;
  if (error.name === 'MongooseError') return mongooseSentences.test(error.message);
  return error.name.startsWith('Mongo') && 'code' in error && databaseCodes.has(Number(error.code));
}
