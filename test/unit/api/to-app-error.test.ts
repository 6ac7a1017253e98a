import { describe, expect, it } from 'vitest';
import { toAppError } from '../../../src/api/middleware/to-app-error.ts';
import { AppError } from '../../../src/shared/errors/app-error.ts';

const named = (name: string, message = 'x', more: object = {}) => Object.assign(new Error(message), { name, ...more });

describe('toAppError', () => {
  it.each([
    named('MongoServerSelectionError'),
    named('MongooseServerSelectionError'),
    named('MongoNetworkTimeoutError'),
    named('MongoPoolClearedError'),
    named('PoolClearedOnNetworkError'),
    named('Error', 'write ECONNRESET', { code: 'ECONNRESET', syscall: 'write' }),
    named('MongoServerError', 'operation exceeded time limit', { code: 50 }),
    named('MongoServerError', 'deadlock detected', { code: 112 }),
    named('MongoServerError', 'not primary', { code: 10107 }),
    named('MongooseError', 'Operation `threads.findOne()` buffering timed out after 10000ms'),
    named('MongoBulkWriteError', 'read ECONNRESET', { errorResponse: named('MongoNetworkError') }),
    named('Error', 'wrapped', { cause: named('MongoNetworkError') }),
  ])('takes $name ($message) for a database that is away', (error) => {
    expect(toAppError(error)).toMatchObject({ code: 'database_unavailable', cause: error });
  });

  it.each([
    named('MaxRetriesPerRequestError'),
    named('Error', 'Connection is closed.'),
    named('Error', 'Command timed out'),
    named('Error', "Stream isn't writeable and enableOfflineQueue options is false"),
    named('ReplyError', 'LOADING Redis is loading the dataset in memory'),
    named('ReplyError', "OOM command not allowed when used memory > 'maxmemory'."),
    named('AbortError', 'Command aborted due to connection close'),
  ])('takes $name ($message) for a queue that is away', (error) => {
    expect(toAppError(error)).toMatchObject({ code: 'queue_unavailable', cause: error });
  });

  it.each([
    new TypeError('x is not a function'),
    named('MongoServerError', 'E11000 duplicate key', { code: 11_000 }),
    named('ReplyError', 'WRONGTYPE Operation against a key'),
    named('AbortError', 'This operation was aborted'),
    'a text',
    undefined,
  ])('takes anything else for a bug: %s', (error) => {
    expect(toAppError(error)).toMatchObject({ code: 'internal_error', cause: error });
  });

  it('leaves our own errors as they are, also inside others', () => {
    const own = new AppError('thread_busy');
    expect(toAppError(own)).toBe(own);
    expect(toAppError(new Error('around', { cause: own }))).toBe(own);
  });

  it('ends on causes that go round in a circle', () => {
    const a = new Error('a');
    a.cause = new Error('b', { cause: a });
    expect(toAppError(a).code).toBe('internal_error');
  });
});
