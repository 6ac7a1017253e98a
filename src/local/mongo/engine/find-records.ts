import { StoreError } from '../errors.ts';
import type { CompiledFilter } from '../query/compile-filter.ts';
import { type SortSpec, sortDocuments } from '../query/sort-documents.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { isDoc } from '../values/document.ts';
import type { Collection } from './collection.ts';
import type { OrderedIndex } from './ordered-index.ts';
import { planHinted, planQuery, type QueryPlan } from './query-plan.ts';
import type { StoredRecord } from './stored-record.ts';

export interface FindOptions {
  filter: CompiledFilter;
  sort: SortSpec;
  skip: number;
  /** 0 means no limit. */
  limit: number;
  /** An index by name or key pattern, or `{ $natural: ±1 }`. */
  hint?: unknown;
}

/** The records that match, in order. It stops at the limit when the order comes from an index or none is asked for. */
export function findRecords(collection: Collection, options: FindOptions): StoredRecord[] {
  const { filter, sort, skip, limit } = options;
  const { plan, natural } = choosePlan(collection, options);
  const inOrder = sort.length === 0 || (plan.kind === 'index' && plan.sorted) || natural !== null;
  const wanted = inOrder && limit > 0 ? skip + limit : Number.POSITIVE_INFINITY;
  const found: StoredRecord[] = [];
  for (const record of candidates(collection, plan, natural)) {
    collection.stats.examined++;
    if (!filter.test(record.version.doc)) continue;
    found.push(record);
    if (found.length >= wanted) break;
  }
  if (!inOrder) collection.stats.sorted += found.length;
  const ordered = inOrder ? found : sortDocuments(found, sort, (record) => record.version.doc);
  return skip === 0 && limit === 0 ? ordered : ordered.slice(skip, limit === 0 ? undefined : skip + limit);
}

type Natural = 1 | -1 | null;

function choosePlan(collection: Collection, options: FindOptions): { plan: QueryPlan; natural: Natural } {
  const { filter, sort, hint } = options;
  const [first] = sort;
  if (first?.path === '$natural') return { plan: { kind: 'scan' }, natural: first.direction };
  if (hint === undefined || (isDoc(hint) && Object.keys(hint).length === 0)) {
    return { plan: planQuery(filter, sort, collection.indexes), natural: null };
  }
  if (isDoc(hint) && '$natural' in hint) {
    return { plan: { kind: 'scan' }, natural: sort.length === 0 && hint.$natural === -1 ? -1 : null };
  }
  const plan = planHinted(hintedIndex(collection, hint), filter, sort);
  if (plan === null) {
    throw new StoreError(
      291,
      'error processing query: planner returned error: the hinted index cannot answer the query',
    );
  }
  return { plan, natural: null };
}

function hintedIndex(collection: Collection, hint: unknown): OrderedIndex {
  const wanted = typeof hint === 'string' ? hint : isDoc(hint) ? JSON.stringify(Object.entries(hint)) : null;
  const index = collection.indexes.find(({ spec }) =>
    typeof hint === 'string' ? spec.name === wanted : JSON.stringify(Object.entries(spec.key)) === wanted,
  );
  if (index === undefined) {
    throw new StoreError(
      2,
      'error processing query: planner returned error: hint provided does not correspond to an existing index',
    );
  }
  return index;
}

function* candidates(collection: Collection, plan: QueryPlan, natural: Natural): Generator<StoredRecord> {
  switch (plan.kind) {
    case 'ids':
      yield* byIds(collection, plan.ids);
      return;
    case 'index':
      yield* byRanges(plan);
      return;
    case 'union': {
      const seen = new Set<StoredRecord>();
      for (const part of plan.plans) {
        for (const record of candidates(collection, part, null)) {
          if (seen.has(record)) continue;
          seen.add(record);
          yield record;
        }
      }
      return;
    }
    case 'scan':
      yield* natural === -1 ? [...collection.records()].reverse() : collection.records();
  }
}

function* byIds(collection: Collection, ids: readonly unknown[]): Generator<StoredRecord> {
  const seen = new Set<string>();
  for (const id of ids) {
    const key = canonicalKey(id);
    if (seen.has(key)) continue;
    seen.add(key);
    const record = collection.byId(id);
    if (record !== undefined) yield record;
  }
}

function* byRanges({ index, ranges, reverse }: Extract<QueryPlan, { kind: 'index' }>): Generator<StoredRecord> {
  const seen = index.multikey ? new Set<StoredRecord>() : null;
  for (const range of ranges) {
    for (const record of index.scan(range, reverse)) {
      if (seen?.has(record)) continue;
      seen?.add(record);
      yield record;
    }
  }
}
