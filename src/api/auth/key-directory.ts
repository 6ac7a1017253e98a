import type { Logger } from '../../shared/logging/create-logger.ts';
import type { KeyGrant, KeyRepository } from '../../shared/mongo/key-repository.ts';

/** More keys than this in use within seconds: the oldest are looked up again. */
const MAX_KEPT = 10_000;
/** How exact `last_used_at` is. */
const USED_MS = 60_000;

/** Which keys are good, as the record said at most `keepMs` ago. */
export interface KeyDirectory {
  /** null: no such key, or no longer. @throws the driver's errors when the record cannot be asked */
  find(hash: string): Promise<KeyGrant | null>;
  /** A key is known to be bad now. */
  forget(keyId: string): void;
}

interface Kept {
  readonly asOf: number;
  readonly grant: Promise<KeyGrant | null>;
}

/** Only good keys are kept: one that was made a moment ago works at once, and guesses fill no memory. Requests that meet share one look-up. */
export function createKeyDirectory(deps: {
  readonly keys: Pick<KeyRepository, 'grantOf' | 'noteUse'>;
  readonly logger: Logger;
  readonly keepMs: number;
}): KeyDirectory {
  const { keys, logger, keepMs } = deps;
  const kept = new Map<string, Kept>();

  async function lookUp(hash: string): Promise<KeyGrant | null> {
    const grant = await keys.grantOf(hash);
    if (!grant) kept.delete(hash);
    else if (Date.now() - (grant.usedAt?.getTime() ?? 0) >= USED_MS)
      // Nobody waits for it: a note that is lost is made at the next look.
      void keys.noteUse(grant.keyId).catch((err) => logger.debug({ err, key_id: grant.keyId }, 'use not noted'));
    return grant;
  }

  return {
    find(hash) {
      // The time before the question: what is revoked while it is under way counts from then.
      const now = Date.now();
      const known = kept.get(hash);
      if (known && now - known.asOf < keepMs) return known.grant;
      const grant = lookUp(hash);
      const entry = { asOf: now, grant };
      kept.delete(hash);
      kept.set(hash, entry);
      grant.catch(() => kept.get(hash) === entry && kept.delete(hash));
      if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
      return grant;
    },
    forget(keyId) {
      for (const [hash, entry] of kept)
        void entry.grant.then(
          (grant) => grant?.keyId === keyId && kept.get(hash) === entry && kept.delete(hash),
          () => undefined,
        );
    },
  };
}
