import { AppError } from '../errors/app-error.ts';
import { isDuplicateKey } from './connect-mongo.ts';

/** Stores what a request makes, with its key. @throws AppError `state_conflict` when another request with this key was first */
export async function insertRequested<D>(insert: (document: D) => Promise<void>, document: D): Promise<void> {
  try {
    await insert(document);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    throw new AppError('state_conflict', { detail: 'An identical request is under way; try again.' });
  }
}
