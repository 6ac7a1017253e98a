/**
 * What makes a creating request safe to repeat. The key is kept in the document that the request creates, under a unique index, so storing the effect and remembering the
 * key are one insert: no crash comes between them, and of many identical requests at once one insert wins. When the document is deleted its key stays in its place for a
 * day (`bury`), so that a late repeat is refused and does not bring it back.
 */
import type { Model } from 'mongoose';
import { AppError, notFound } from '../errors/app-error.ts';

export interface RequestKey {
  /** The client's Idempotency-Key; unique within a project and a collection. */
  readonly key: string;
  /** Hash of what was asked for: the same key with another one is refused. */
  readonly fingerprint: string;
}

/** Fields of documents that requests with a key create. */
export interface Keyed {
  idempotency_key?: string;
  fingerprint?: string;
  /** On what is left of a deleted document: these three fields, its id and its project. */
  removed_at?: Date;
}

export const keyFields = (key: RequestKey | undefined): Keyed =>
  key ? { idempotency_key: key.key, fingerprint: key.fingerprint } : {};

/**
 * The document that was found by its key, for a request that repeats the one which made it.
 * @throws AppError idempotency_key_reused when that asked for something else
 */
export function sameRequest<D extends Pick<Keyed, 'fingerprint'>>(document: D | null, key: RequestKey): D | null {
  if (document && document.fingerprint !== key.fingerprint)
    throw new AppError('idempotency_key_reused', { detail: 'This Idempotency-Key was used for a different request.' });
  return document;
}

/** `sameRequest` for what can be deleted. @throws AppError not_found when it was: a repeat does not bring it back */
export function sameRequestOfLiving<D extends Keyed & { deleted_at?: Date }>(
  document: D | null,
  key: RequestKey,
  thing: 'thread' | 'assistant' | 'webhook' | 'schedule' | 'document',
): D | null {
  const found = sameRequest(document, key);
  if (found?.removed_at || found?.deleted_at) throw notFound(thing);
  return found;
}

/** How long the key of a deleted document is kept: for TTL indexes on `removed_at`. */
export const REMOVED_KEY_SECONDS = 86_400;

/** Removes a document; of one with a key, the key stays. Safe to repeat. @returns whether it was there */
export async function bury<D extends Keyed>(
  model: Model<D>,
  { _id, project_id }: { readonly _id: string; readonly project_id: string },
): Promise<boolean> {
  const one = { _id, project_id } as object;
  const { deletedCount } = await model.collection.deleteOne({ ...one, idempotency_key: { $exists: false } });
  if (deletedCount === 1) return true;
  const living = { ...one, removed_at: { $exists: false } };
  const document = (await model.collection.findOne(living)) as Keyed | null;
  if (!document) return false;
  const { idempotency_key, fingerprint } = document;
  const { matchedCount } = await model.collection.replaceOne(living, {
    project_id,
    idempotency_key,
    fingerprint,
    removed_at: new Date(),
  });
  return matchedCount === 1;
}
