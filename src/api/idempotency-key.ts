import type { Request as HttpRequest } from 'express';
import { AppError } from '../shared/errors/app-error.ts';
import type { Contract, ResponseSpec } from './endpoint.ts';

/** For the contracts of endpoints that take it. */
export const IDEMPOTENCY = {
  requestHeaders: {
    'Idempotency-Key':
      'The same key and body give what the first request made, however often and after whatever crash; another body is 422. 1 to 255 visible ASCII characters.',
  },
  responseHeaders: { 'Idempotent-Replayed': '`true` when an earlier request with this Idempotency-Key did it.' },
  problems: ['invalid_idempotency_key', 'idempotency_key_reused'],
} as const satisfies Pick<Contract, 'requestHeaders' | 'problems'> & { responseHeaders: ResponseSpec['headers'] };

/** The request's key. @throws AppError invalid_idempotency_key; a header sent twice arrives joined by a blank and is refused too. */
export function idempotencyKey(req: Pick<HttpRequest, 'get'>): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError('invalid_idempotency_key', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters, sent once.',
  });
}
