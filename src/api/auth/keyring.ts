import { timingSafeEqual } from 'node:crypto';
import type { KeyGrant } from '../../shared/mongo/key-repository.ts';
import { isApiKey } from './api-key-text.ts';
import type { KeyDirectory } from './key-directory.ts';
import type { KeyHash } from './key-hash.ts';

/** Whose key it is. */
export type Holder = { readonly kind: 'operator' } | { readonly kind: 'key'; readonly grant: KeyGrant };

/** All keys that are good now. null: not one of them. Both throw the driver's errors when the record cannot be asked. */
export interface Keyring {
  holderOf(key: string): Promise<Holder | null>;
  holderOfHash(hash: string): Promise<Holder | null>;
}

export function createKeyring(deps: {
  readonly adminKey: string;
  readonly hash: KeyHash;
  readonly directory: Pick<KeyDirectory, 'find'>;
}): Keyring {
  const { hash, directory } = deps;
  const adminHash = Buffer.from(hash(deps.adminKey));
  // Hashes, so of one length and of nothing that a caller chooses: how long it takes says nothing of the key.
  const isAdmin = (hashed: string): boolean => timingSafeEqual(adminHash, Buffer.from(hashed));
  const held = async (hashed: string): Promise<Holder | null> => {
    const grant = await directory.find(hashed);
    return grant && { kind: 'key', grant };
  };
  return {
    async holderOf(key) {
      const hashed = hash(key);
      if (isAdmin(hashed)) return { kind: 'operator' };
      return isApiKey(key) ? held(hashed) : null;
    },
    holderOfHash: async (hashed) => (isAdmin(hashed) ? { kind: 'operator' } : held(hashed)),
  };
}
