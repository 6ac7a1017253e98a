import type { Model } from 'mongoose';
import { batchCalls } from './batch-calls.ts';

export interface Change {
  readonly id: string;
  /** What must hold beside the id. */
  readonly filter: object;
  readonly change: object;
}

/**
 * Changes of documents by id that may be repeated, of many at once those that meet in two commands: all changes, then one look at all documents.
 *
 * The answer is the document as it is **afterwards**, changed or not, or null when it does not exist (for a lone change also when the filter did not fit). So the caller must be able to see in
 * the document whether its change is there. Like `changeOne` it goes to the driver's collection, so nothing is cast.
 * @param fields what the answer needs to hold
 */
export function createChanger<D extends { readonly _id: string }>(
  model: Model<D>,
  fields: Readonly<Record<string, 1>>,
): (change: Change) => Promise<D | null> {
  const { collection } = model;
  return batchCalls<Change, D | null>(async (changes) => {
    const [first] = changes;
    if (first && changes.length === 1) {
      const options = { projection: fields, returnDocument: 'after' } as const;
      return [(await collection.findOneAndUpdate(filterOf(first), first.change, options)) as D | null];
    }
    await collection.bulkWrite(
      changes.map((one) => ({ updateOne: { filter: filterOf(one), update: one.change } })),
      { ordered: false },
    );
    const ids = changes.map((one) => one.id);
    const found = await collection
      .find({ _id: { $in: ids as never[] } }, { projection: fields, batchSize: ids.length + 1 })
      .toArray();
    const byId = new Map((found as unknown as D[]).map((document) => [document._id, document]));
    return ids.map((id) => byId.get(id) ?? null);
  });
}

const filterOf = ({ id, filter }: Change): object => ({ ...filter, _id: id });
