import type { IncomingMessage } from 'node:http';

/** The key a request brings, in `x-api-key` or as `Authorization: Bearer`; never in the address, which is logged and kept by browsers. */
export function presentedKey({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  const named = headers['x-api-key'];
  const key = typeof named === 'string' ? named : /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  return key === '' ? undefined : key;
}
