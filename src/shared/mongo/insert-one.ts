import type { Model } from 'mongoose';

/**
 * Inserts a document that our own types already describe: one command, no hydration. Unlike a mongoose document it is stored exactly as given.
 * @throws the driver's duplicate-key error (see `isDuplicateKey`).
 */
export async function insertOne<D>(model: Model<D>, document: NoInfer<D>): Promise<void> {
  await model.insertMany([document], { lean: true });
}
