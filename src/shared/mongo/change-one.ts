import type { Model } from 'mongoose';

interface ChangeOptions {
  readonly sort?: Readonly<Record<string, 1 | -1>>;
  readonly projection?: Readonly<Record<string, 1>>;
}

/**
 * A compare-and-set: changes the one document that fits the filter and answers it as it is then, or null. Like `createInserter` it goes to the driver's collection,
 * so nothing is cast: filter and change must be ours, never a client's.
 * @throws the driver's duplicate-key error (see `isDuplicateKey`).
 */
export async function changeOne<D>(
  model: Model<D>,
  filter: object,
  change: object,
  options: ChangeOptions = {},
): Promise<D | null> {
  const changed = await model.collection.findOneAndUpdate(filter, change, { ...options, returnDocument: 'after' });
  return changed as D | null;
}
