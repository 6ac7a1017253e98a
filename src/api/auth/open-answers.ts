import type { ServerResponse } from 'node:http';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { KeyRepository } from '../../shared/mongo/key-repository.ts';

/** After so many looks in a row that failed, nobody knows whether a key was revoked, so its answers end as if it were. */
const MAX_BLIND_LOOKS = 2;

/** The answers that are under way, by key: streams and waits outlive the look-up that let them in. */
export interface OpenAnswers {
  add(keyId: string, res: ServerResponse): void;
}

/**
 * Asks every `everyMs`, in one query for all keys, whether those that have answers under way are still good, and destroys the sockets of the others: a clean end would be taken for
 * completion. So with the look-ups (`KeyDirectory`) a revoked key has nothing left after twice that time.
 * @param onRevoked called for a key that turned out to be bad
 */
export function createOpenAnswers(deps: {
  readonly keys: Pick<KeyRepository, 'goodAmong'>;
  readonly logger: Logger;
  readonly everyMs: number;
  readonly onRevoked: (keyId: string) => void;
}): OpenAnswers {
  const { keys, logger, everyMs, onRevoked } = deps;
  const byKey = new Map<string, Set<ServerResponse>>();
  let clock: NodeJS.Timeout | null = null;
  let blindLooks = 0;
  let busy = false;

  async function look(): Promise<void> {
    if (busy) return;
    busy = true;
    const asked = [...byKey.keys()];
    try {
      const good = await keys.goodAmong(asked);
      blindLooks = 0;
      for (const keyId of asked) if (!good.has(keyId)) cutOff(keyId, 'revoked');
    } catch (err) {
      blindLooks += 1;
      logger.warn({ err }, 'keys of open answers could not be looked up');
      if (blindLooks >= MAX_BLIND_LOOKS) for (const keyId of asked) cutOff(keyId, 'unknown');
    } finally {
      busy = false;
    }
  }

  function cutOff(keyId: string, reason: 'revoked' | 'unknown'): void {
    onRevoked(keyId);
    const open = byKey.get(keyId);
    if (!open) return;
    logger.info({ key_id: keyId, answers: open.size, reason }, 'answers cut off with their key');
    for (const res of open) res.req.socket.destroy();
  }

  function remove(keyId: string, res: ServerResponse): void {
    const open = byKey.get(keyId);
    open?.delete(res);
    if (open?.size === 0) byKey.delete(keyId);
    if (byKey.size > 0 || clock === null) return;
    clearInterval(clock);
    clock = null;
    blindLooks = 0;
  }

  return {
    add(keyId, res) {
      if (res.closed) return;
      const open = byKey.get(keyId) ?? new Set();
      byKey.set(keyId, open.add(res));
      res.once('close', () => remove(keyId, res));
      clock ??= setInterval(() => void look(), everyMs);
    },
  };
}
