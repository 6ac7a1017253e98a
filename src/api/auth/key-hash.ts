import { createHmac, hkdfSync } from 'node:crypto';

/** HMAC-SHA256 of a key in base64url: what is stored instead of it. Keys are 256 random bits, so nothing slower is needed. */
export type KeyHash = (key: string) => string;

/** @param keySecret when it is not set it is derived from the admin key, so that an installation needs one secret only */
export function createKeyHash({
  ADMIN_KEY,
  KEY_SECRET,
}: {
  readonly ADMIN_KEY: string;
  readonly KEY_SECRET: string | undefined;
}): KeyHash {
  const secret = KEY_SECRET ?? Buffer.from(hkdfSync('sha256', ADMIN_KEY, '', 'skein api keys v1', 32));
  return (key) => createHmac('sha256', secret).update(key).digest('base64url');
}
