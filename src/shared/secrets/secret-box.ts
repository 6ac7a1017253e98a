import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts what must be read again, such as the secret that webhooks are signed with. API and worker need the same KEY_SECRET (or ADMIN_KEY). */
export interface SecretBox {
  /** @param place where the text is stored, such as `webhook:<id>`: moved to another place it cannot be opened */
  seal(text: string, place: string): string;
  /** @throws SealedElsewhere */
  open(sealed: string, place: string): string;
}

/** It was sealed with another key or for another place, was changed since, or this process has no key. */
export class SealedElsewhere extends Error {
  override readonly name = 'SealedElsewhere';
}

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Without production there may be no secret at all; what is stored then is hidden from a glance, not from a reader of this line. */
const LOCAL_KEY = 'a machine of one person';

/**
 * AES-256-GCM with a key derived from KEY_SECRET or, without it, from ADMIN_KEY: as with API keys, another one makes what is stored useless. A sealed text is
 * `1.<key id>.<base64url of iv, text and tag>`.
 */
export function createSecretBox(config: {
  readonly NODE_ENV: string;
  readonly ADMIN_KEY?: string | undefined;
  readonly KEY_SECRET?: string | undefined;
}): SecretBox {
  const material = config.KEY_SECRET ?? config.ADMIN_KEY ?? (config.NODE_ENV === 'production' ? null : LOCAL_KEY);
  if (material === null) return closedBox;
  const key = Buffer.from(hkdfSync('sha256', material, '', 'skein secrets v1', 32));
  const head = `1.${createHmac('sha256', key).update('key id').digest('base64url').slice(0, 8)}.`;
  return {
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(place));
      const parts = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return head + Buffer.concat(parts).toString('base64url');
    },
    open(sealed, place) {
      if (!sealed.startsWith(head)) throw new SealedElsewhere('The secret was stored with another KEY_SECRET.');
      const bytes = Buffer.from(sealed.slice(head.length), 'base64url');
      try {
        const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
        decipher.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (error) {
        throw new SealedElsewhere('The stored secret cannot be read.', { cause: error });
      }
    },
  };
}

/** Of a worker in production without a secret: an API has one, since it asks for keys. */
const closedBox: SecretBox = {
  seal() {
    throw new Error('This process has neither KEY_SECRET nor ADMIN_KEY to encrypt secrets with.');
  },
  open() {
    throw new SealedElsewhere('This process has neither KEY_SECRET nor ADMIN_KEY to decrypt secrets with.');
  },
};
