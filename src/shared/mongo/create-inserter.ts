import mongoose, { type Model } from 'mongoose';
import { batchCalls } from './batch-calls.ts';

/**
 * Inserts documents that our own types already describe: no hydration, stored exactly as given, and of many at once those that meet in one command, each with its own outcome. It goes
 * to the driver's collection, because this is on the path of every run and mongoose's insert costs about twice the time.
 * @returns a function that throws the driver's duplicate-key error (see `isDuplicateKey`)
 */
export function createInserter<D extends object>(model: Model<D>): (document: NoInfer<D>) => Promise<void> {
  const insert = batchCalls<object, null>(async (documents) => {
    const [first] = documents;
    if (first && documents.length === 1) await model.collection.insertOne(first);
    else return insertTogether(model, documents);
    return [null];
  });
  return async (document) => {
    for (let tries = 1; ; tries++) {
      try {
        // A copy: the driver adds `_id` to what it is given, and mongoose's types know documents of unknown shape only.
        await insert({ ...document });
        return;
      } catch (error) {
        if (tries === MAX_TRIES || !isDeadlock(error)) throw error;
      }
    }
  };
}

const MAX_TRIES = 4;

/**
 * Engines on PostgreSQL may let two inserts of the same unique value wait for each other. After a second one of them is told of a write conflict (112), having written nothing; the
 * second time it finds the other's document.
 */
const isDeadlock = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 112;

/** Unordered: one that is refused keeps none of the others out. Where the command as a whole failed, nobody knows which are stored, and each caller hears that. */
async function insertTogether<D>(model: Model<D>, documents: readonly object[]): Promise<(null | Error)[]> {
  try {
    await model.collection.insertMany([...documents], { ordered: false });
    return documents.map(() => null);
  } catch (error) {
    if (!(error instanceof mongoose.mongo.MongoBulkWriteError)) throw error;
    const refused = [error.writeErrors].flat();
    if (refused.length === 0) throw error;
    const byIndex = new Map(refused.map((one) => [one.index, one]));
    return documents.map((_, index) => {
      const one = byIndex.get(index);
      return one ? new mongoose.mongo.MongoServerError({ message: one.errmsg ?? '', code: one.code }) : null;
    });
  }
}
