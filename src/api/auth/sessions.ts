import { randomBytes } from 'node:crypto';
import type { SessionRepository } from '../../shared/mongo/session-repository.ts';
import type { KeyHash } from './key-hash.ts';
import type { Holder, Keyring } from './keyring.ts';
import { SESSION_SECONDS } from './session-cookie.ts';

/** People in a browser: the key is sent once, and a token that means nothing elsewhere stands for it. It is as good as the key: revoked with it. */
export interface Sessions {
  /** @returns null when the key is not good */
  signIn(key: string): Promise<{ readonly token: string; readonly holder: Holder } | null>;
  holderOf(token: string): Promise<Holder | null>;
  /** Safe to repeat. What is open goes on until it ends or the key is revoked. */
  signOut(token: string): Promise<void>;
}

export function createSessions(deps: {
  readonly hash: KeyHash;
  readonly keyring: Keyring;
  readonly repository: SessionRepository;
}): Sessions {
  const { hash, keyring, repository } = deps;
  return {
    async signIn(key) {
      const holder = await keyring.holderOf(key);
      if (!holder) return null;
      const token = randomBytes(32).toString('base64url');
      const expiresAt = new Date(Date.now() + SESSION_SECONDS * 1000);
      await repository.create({ hash: hash(token), keyHash: hash(key), expiresAt });
      return { token, holder };
    },
    async holderOf(token) {
      const keyHash = await repository.keyHashOf(hash(token));
      return keyHash === null ? null : keyring.holderOfHash(keyHash);
    },
    signOut: (token) => repository.remove(hash(token)),
  };
}
