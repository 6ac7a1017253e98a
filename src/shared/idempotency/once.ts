import { createHash } from 'node:crypto';
import { AppError } from '../errors/app-error.ts';
import type { RequestKey } from '../mongo/request-key.ts';

/** @param asked all that tells one request from another: the operation, ids of the path, the body as it was validated. */
export const requestKey = (key: string | undefined, asked: unknown): RequestKey | undefined =>
  key === undefined
    ? undefined
    : { key, fingerprint: createHash('sha256').update(JSON.stringify(asked)).digest('base64url') };

interface Done<T> {
  readonly value: T;
  /** An earlier request with the same key made it. */
  readonly replayed: boolean;
  /** What the answer says of that. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Request<T> {
  /** null when there is nothing. @throws AppError idempotency_key_reused for another body, not_found for what was deleted since */
  find(key: RequestKey): Promise<T | null>;
  /** Stores the key in the same write as the effect, under a unique index, and throws an AppError when that refuses. */
  make(key?: RequestKey): Promise<T>;
}

/**
 * Makes what a request asks for, or finds what the first request with its key made; that one may have been answered, may have crashed before its answer, or may be
 * under way in another process. Without a key it is always made.
 */
export type Once = <T>(projectId: string, key: RequestKey | undefined, request: Request<T>) => Promise<Done<T>>;

/** Identical requests that are under way in this process share one answer: the database decides between processes, and engines on PostgreSQL are slow to part many at once. */
export function createOnce(): Once {
  const underWay = new Map<string, Promise<Done<unknown>>>();
  return async <T>(projectId: string, key: RequestKey | undefined, request: Request<T>) => {
    if (!key) return made(await request.make());
    const id = `${projectId} ${key.key} ${key.fingerprint}`;
    const first = underWay.get(id) as Promise<Done<T>> | undefined;
    if (first) return found((await first).value);
    const work = findOrMake(key, request).finally(() => underWay.delete(id));
    underWay.set(id, work);
    return work;
  };
}

async function findOrMake<T>(key: RequestKey, { find, make }: Request<T>): Promise<Done<T>> {
  const first = await find(key);
  if (first !== null) return found(first);
  try {
    return made(await make(key));
  } catch (error) {
    // What stands in the way may be the work of an identical request that was faster: its key, or what it changed.
    const winner = error instanceof AppError ? await find(key) : null;
    if (winner === null) throw error;
    return found(winner);
  }
}

const made = <T>(value: T): Done<T> => ({ value, replayed: false, headers: {} });
const found = <T>(value: T): Done<T> => ({ value, replayed: true, headers: { 'Idempotent-Replayed': 'true' } });
