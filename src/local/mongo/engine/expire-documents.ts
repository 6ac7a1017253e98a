import { BracketEdge, typeRank } from '../values/bson-type.ts';
import type { Catalog } from './catalog.ts';
import type { Collection } from './collection.ts';
import type { OrderedIndex } from './ordered-index.ts';

/** Deletes what the TTL indexes say is over at `now`; returns how many documents. Only dates expire. */
export function expireDocuments(catalog: Catalog, now: Date): number {
  let expired = 0;
  for (const collection of catalog.all()) {
    for (const index of collection.indexes) {
      const seconds = index.spec.expireAfterSeconds;
      if (seconds !== null) expired += expireByIndex(collection, index, new Date(now.getTime() - seconds * 1000));
    }
  }
  return expired;
}

function expireByIndex(collection: Collection, index: OrderedIndex, before: Date): number {
  const oldest = { values: [new BracketEdge(typeRank(before) - 0.5)], record: Number.NEGATIVE_INFINITY };
  const newest = { values: [before], record: Number.POSITIVE_INFINITY };
  const ascending = index.fields[0]?.direction === 1;
  const range = ascending
    ? { from: oldest, to: newest }
    : { from: { ...newest, record: Number.NEGATIVE_INFINITY }, to: { ...oldest, record: Number.POSITIVE_INFINITY } };
  const records = new Set(index.scan(range, false));
  for (const record of records) collection.remove(record);
  return records.size;
}
