import type { Request } from 'express';
import { AppError } from '../../shared/errors/app-error.ts';

/** For the contract of endpoints that take it. */
export const IDEMPOTENCY_HEADER = {
  'Idempotency-Key':
    'The same key and body give the same run, however often and after whatever crash; another body is 422. 1 to 255 visible ASCII characters.',
} as const;

/** The request's key. @throws AppError invalid_idempotency_key; a header sent twice arrives joined by a blank and is refused too. */
export function idempotencyKey(req: Pick<Request, 'get'>): string | undefined {
  const key = req.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError('invalid_idempotency_key', {
    detail: 'Idempotency-Key must be 1 to 255 visible ASCII characters, sent once.',
  });
}
