import mongoose, { type Model } from 'mongoose';

const MAX_TRIES = 4;
const DUPLICATE = 11000;
/** Two inserts of the same unique value waited for each other, and this one was broken up; see `createInserter`. */
const DEADLOCK = 112;

/**
 * Inserts many documents in one command, each for itself: those that a unique index refuses keep none of the others out. For documents with ids of the caller's, so that a
 * repeat after a crash adds what is missing.
 * @returns which of them were refused, by their place in `documents`
 * @throws what else went wrong; then nobody knows which are stored
 */
export async function insertNew<D extends object>(
  model: Model<D>,
  documents: readonly NoInfer<D>[],
): Promise<ReadonlySet<number>> {
  if (documents.length === 0) return new Set();
  for (let tries = 1; ; tries++) {
    try {
      // Copies: the driver may write to what it is given.
      await model.collection.insertMany(documents.map((document) => ({ ...document })) as never[], { ordered: false });
      return new Set();
    } catch (error) {
      const codes = errorsOf(error);
      if (codes.length === 0) throw error;
      if (codes.every(({ code }) => code === DUPLICATE)) return new Set(codes.map(({ index }) => index));
      if (tries === MAX_TRIES || !codes.every(({ code }) => code === DUPLICATE || code === DEADLOCK)) throw error;
    }
  }
}

function errorsOf(error: unknown): { index: number; code: number }[] {
  if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) return [];
  return [error.writeErrors].flat().map(({ index, code }) => ({ index, code: Number(code) }));
}
