import type { AccessModels } from './access-models.ts';
import { createInserter } from './create-inserter.ts';

/** Sign-ins of the web page, known by the hash of their token. */
export interface SessionRepository {
  create(session: { readonly hash: string; readonly keyHash: string; readonly expiresAt: Date }): Promise<void>;
  /** Hash of the key that was signed in with; null when the session is over. Whether the key is still good is another question. */
  keyHashOf(hash: string): Promise<string | null>;
  /** Safe to repeat. */
  remove(hash: string): Promise<void>;
}

export function createSessionRepository({ sessions }: Pick<AccessModels, 'sessions'>): SessionRepository {
  const insert = createInserter(sessions);
  return {
    create: ({ hash, keyHash, expiresAt }) => insert({ _id: hash, key_hash: keyHash, expires_at: expiresAt }),
    async keyHashOf(hash) {
      // The index that removes those that are over may be a minute late.
      const session = await sessions
        .findOne({ _id: hash, expires_at: { $gt: new Date() } })
        .lean<{ key_hash: string }>();
      return session?.key_hash ?? null;
    },
    async remove(hash) {
      await sessions.deleteOne({ _id: hash });
    },
  };
}
