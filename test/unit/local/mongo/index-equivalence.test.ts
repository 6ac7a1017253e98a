import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collection } from '../../../../src/local/mongo/engine/collection.ts';
import { findRecords } from '../../../../src/local/mongo/engine/find-records.ts';
import { parseIndexSpec } from '../../../../src/local/mongo/engine/index-spec.ts';
import { createMemoryJournal } from '../../../../src/local/mongo/journal/journal-writer.ts';
import { compileFilter } from '../../../../src/local/mongo/query/compile-filter.ts';
import { parseSort } from '../../../../src/local/mongo/query/sort-documents.ts';
import { compareValues } from '../../../../src/local/mongo/values/compare.ts';
import type { Doc } from '../../../../src/local/mongo/values/document.ts';
import { document, scalar, value } from './arbitraries.ts';

const field = fc.constantFrom('a', 'b', 'c', 'a.x', 'b.x');
const comparison = fc.constantFrom('$gt', '$gte', '$lt', '$lte', '$eq', '$ne');
const condition: fc.Arbitrary<unknown> = fc.oneof(
  value.filter((operand) => typeof operand !== 'object' || operand === null || Object.keys(operand).length > 0),
  fc.tuple(comparison, scalar).map(([operator, operand]) => ({ [operator]: operand })),
  fc.tuple(scalar, scalar).map(([low, high]) => ({ $gte: low, $lt: high })),
  fc.array(scalar, { maxLength: 3 }).map((members) => ({ $in: members })),
  fc.boolean().map((exists) => ({ $exists: exists })),
);
const conjunction: fc.Arbitrary<Doc> = fc
  .array(fc.tuple(field, condition), { maxLength: 3 })
  .map((entries) => Object.fromEntries(entries));
const filter: fc.Arbitrary<Doc> = fc.oneof(
  { weight: 4, arbitrary: conjunction },
  { weight: 1, arbitrary: fc.tuple(conjunction, conjunction, conjunction).map(([a, b, c]) => ({ ...a, $or: [b, c] })) },
);
const sort: fc.Arbitrary<Doc> = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 })
  .chain((paths) =>
    fc.tuple(...paths.map((path) => fc.constantFrom(1, -1).map((direction) => [path, direction] as const))),
  )
  .map((entries) => Object.fromEntries(entries));
const index: fc.Arbitrary<Doc> = fc
  .tuple(
    fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'a.x'), fc.constantFrom(1, -1)), {
      minLength: 1,
      maxLength: 3,
      selector: ([path]) => path.split('.')[0],
    }),
    fc.constantFrom<Doc>(
      {},
      {},
      { sparse: true },
      { partialFilterExpression: { a: { $exists: true } } },
      { partialFilterExpression: { b: { $gt: 0 } } },
    ),
  )
  .map(([keys, options]) => ({ key: Object.fromEntries(keys), name: JSON.stringify([keys, options]), ...options }));

function createCollection(): Collection {
  return new Collection({ database: 'db', name: 'c', id: 1, journal: createMemoryJournal() });
}

/** A document that cannot be indexed (two arrays in one index) is left out of both collections. */
function fill(indexed: Collection, plain: Collection, documents: readonly Doc[]): void {
  for (const [n, doc] of documents.entries()) {
    try {
      indexed.insert({ _id: n, ...doc });
    } catch {
      continue;
    }
    plain.insert({ _id: n, ...doc });
  }
}

describe('indexes', () => {
  it('never change what a query finds or the order it asks for', () => {
    fc.assert(
      fc.property(
        fc.array(document, { maxLength: 15 }),
        fc.array(index, { maxLength: 3 }),
        filter,
        sort,
        (docs, indexes, query, order) => {
          const plain = createCollection();
          const indexed = createCollection();
          for (const spec of indexes) {
            try {
              indexed.createIndex(parseIndexSpec(spec));
            } catch {
              // Two indexes on one key: the first is enough.
            }
          }
          fill(indexed, plain, docs);
          const compiled = compileFilter(query, () => () => true);
          const options = { filter: compiled, sort: parseSort(order), skip: 0, limit: 0 };
          const [expected, found] = [plain, indexed].map((collection) =>
            findRecords(collection, options).map(({ version }) => version.doc),
          ) as [Doc[], Doc[]];
          const byId = (a: Doc, b: Doc) => compareValues(a._id, b._id);
          expect(found.toSorted(byId)).toEqual(expected.toSorted(byId));
          // Ties may come in any order, so only the sort keys have to agree.
          const keys = (list: Doc[]) =>
            list.map((doc) => Object.keys(order).map((path) => sortKey(doc, path, order[path])));
          expect(compareValues(keys(found), keys(expected))).toBe(0);
        },
      ),
      { numRuns: 2500 },
    );
  });

  it('stay exact over updates and deletions', () => {
    const change = fc.tuple(fc.nat(9), fc.option(document, { nil: null }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), index, filter, (changes, spec, query) => {
        const plain = createCollection();
        const indexed = createCollection();
        indexed.createIndex(parseIndexSpec(spec));
        for (const [id, doc] of changes) {
          if (applied(indexed, id, doc)) applied(plain, id, doc);
        }
        const compiled = compileFilter(query, () => () => true);
        const options = { filter: compiled, sort: [{ path: '_id', direction: 1 as const }], skip: 0, limit: 0 };
        const [expected, found] = [plain, indexed].map((collection) =>
          findRecords(collection, options).map(({ version }) => version.doc),
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 800 },
    );
  });
});

function applied(collection: Collection, id: number, doc: Doc | null): boolean {
  const record = collection.byId(id);
  try {
    if (doc === null) {
      if (record !== undefined) collection.remove(record);
    } else if (record === undefined) {
      collection.insert({ _id: id, ...doc });
    } else {
      collection.replace(record, { _id: id, ...doc });
    }
    return true;
  } catch {
    return false;
  }
}

/** What counts of a field when sorting: of an array its smallest or largest element. */
function sortKey(doc: Doc, path: string, direction: unknown): unknown {
  const held = doc[path];
  if (!Array.isArray(held)) return held ?? null;
  return held.length === 0 ? undefined : held.toSorted((a, b) => compareValues(a, b) * Number(direction))[0];
}
