import type { Model } from 'mongoose';

/**
 * Inserts a document that our own types already describe: one command, no hydration, stored exactly as given. It goes to the driver's collection, because
 * this is on the path of every run and mongoose's insert costs about twice the time.
 * @throws the driver's duplicate-key error (see `isDuplicateKey`).
 */
export async function insertOne<D>(model: Model<D>, document: NoInfer<D>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      // A copy: the driver adds `_id` to what it is given, and mongoose's types know documents of unknown shape only.
      await model.collection.insertOne({ ...document } as object);
      return;
    } catch (error) {
      if (tries === MAX_TRIES || !isDeadlock(error)) throw error;
    }
  }
}

const MAX_TRIES = 4;

/**
 * Engines on PostgreSQL may let two inserts of the same unique value wait for each other. After a second one of them is told of a write conflict (112), having written nothing; the
 * second time it finds the other's document.
 */
const isDeadlock = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 112;
