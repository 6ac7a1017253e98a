import { StoreError } from '../errors.ts';
import { type Command, collectionName, wholeNumber } from './command.ts';

/** `getMore`: without a batch size as much as fits into one answer. */
export const getMore: Command = {
  fields: ['getMore', 'collection', 'batchSize'],
  run(body, { cursors, database }) {
    const namespace = `${database}.${collectionName(body, 'collection')}`;
    const batchSize = wholeNumber('getMore.batchSize', body.batchSize, 0);
    const cursor = cursors.next(body.getMore, namespace, batchSize === 0 ? Number.POSITIVE_INFINITY : batchSize);
    return { cursor, ok: 1 };
  },
};

/** `killCursors`. */
export const killCursors: Command = {
  fields: ['killCursors', 'cursors'],
  run(body, { cursors }) {
    if (!Array.isArray(body.cursors)) throw new StoreError(14, "BSON field 'killCursors.cursors' must be an array");
    const cursorsKilled: unknown[] = [];
    const cursorsNotFound: unknown[] = [];
    for (const id of body.cursors) (cursors.kill(id) ? cursorsKilled : cursorsNotFound).push(id);
    return { cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 };
  },
};
