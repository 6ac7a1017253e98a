import type { Model } from 'mongoose';

/**
 * Inserts a document that our own types already describe: one command, no hydration, stored exactly as given. It goes to the driver's collection, because
 * this is on the path of every run and mongoose's insert costs about twice the time.
 * @throws the driver's duplicate-key error (see `isDuplicateKey`).
 */
export async function insertOne<D>(model: Model<D>, document: NoInfer<D>): Promise<void> {
  // A copy: the driver adds `_id` to what it is given, and mongoose's types know documents of unknown shape only.
  await model.collection.insertOne({ ...document } as object);
}
