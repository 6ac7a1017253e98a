import type { IncomingMessage } from 'node:http';
import { AppError } from '../../shared/errors/app-error.ts';

/** The key a request brings, in `x-api-key` or as `Authorization: Bearer`; never in the address, which is logged and kept by browsers. @throws AppError missing_credentials */
export function presentedKey({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const named = headers['x-api-key'];
  const key = typeof named === 'string' ? named : /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (key !== undefined && key !== '') return key;
  throw new AppError('missing_credentials', { detail: 'Send a key as x-api-key or as Authorization: Bearer.' });
}
