import sortedBtree from 'sorted-btree';
import { StoreError } from '../errors.ts';
import { type CompiledFilter, compileFilter } from '../query/compile-filter.ts';
import { valuesAtPath } from '../query/path.ts';
import { compareValues } from '../values/compare.ts';
import { type Doc, getField } from '../values/document.ts';
import type { IndexSpec } from './index-spec.ts';
import type { StoredRecord } from './stored-record.ts';

/**
 * A place in an index: the values of a prefix of its fields and a record number. A bound has fewer values or an
 * infinite record number and so stands before (-Infinity) or after (Infinity) all entries that begin with its values.
 */
export interface IndexKey {
  readonly values: readonly unknown[];
  readonly record: number;
}

/** From `from` to `to`, both in the order of the index; bounds are never equal to an entry. */
export interface KeyRange {
  readonly from: IndexKey;
  readonly to: IndexKey;
}

// A CommonJS package with a `default` of its own: Node's import gives all exports, a bundler's (vitest) the default itself.
type TreeClass = typeof sortedBtree.default;
type Tree = InstanceType<typeof sortedBtree.default<IndexKey, StoredRecord>>;
const BTree: TreeClass = Reflect.get(sortedBtree, 'default') ?? sortedBtree;

/** One index of a collection: an ordered tree of its keys. It does not check what it is told, the collection does. */
export class OrderedIndex {
  readonly spec: IndexSpec;
  readonly fields: readonly { path: string; parts: readonly string[]; direction: 1 | -1 }[];
  readonly partial: CompiledFilter | null;
  /** True once any document had an array at an indexed path: then one document may have many keys. */
  multikey = false;
  readonly #tree: Tree;
  /** The top-level fields the keys depend on; null when the partial filter makes that unknowable. */
  readonly #dependsOn: readonly string[] | null;

  constructor(spec: IndexSpec) {
    this.spec = spec;
    this.fields = Object.entries(spec.key).map(([path, direction]) => ({ path, parts: path.split('.'), direction }));
    this.partial =
      spec.partialFilterExpression === null ? null : compileFilter(spec.partialFilterExpression, refuseExpressions);
    this.#dependsOn = dependencies(this.fields, this.partial);
    const directions = this.fields.map(({ direction }) => direction);
    this.#tree = new BTree<IndexKey, StoredRecord>(undefined, (a, b) => compareIndexKeys(a, b, directions), 64);
  }

  get size(): number {
    return this.#tree.size;
  }

  /** True when the keys of both versions are certainly the same. Versions share the fields an update did not touch. */
  unaffectedBy(before: Doc, after: Doc): boolean {
    return this.#dependsOn?.every((field) => getField(before, field) === getField(after, field)) ?? false;
  }

  /** The keys of a document, in no order; none when a partial or sparse index leaves it out. */
  keysOf(doc: Doc): readonly unknown[][] {
    if (this.partial !== null && !this.partial.test(doc)) return [];
    const columns = this.fields.map(({ parts }) => valuesAtPath(doc, parts));
    if (this.spec.sparse && this.fields.every(({ parts }) => isMissing(doc, parts))) return [];
    const arrays = columns.filter(({ arrayAt }) => arrayAt !== null);
    if (arrays.length === 0) return [columns.map(({ values }) => values[0])];
    this.multikey = true;
    if (arrays.length > 1 && (this.spec.unique || new Set(arrays.map(({ arrayAt }) => arrayAt)).size > 1)) {
      throw new StoreError(171, `cannot index parallel arrays in index ${this.spec.name}`);
    }
    return distinctKeys(columns.map(({ values }) => values));
  }

  add(keys: readonly unknown[][], record: StoredRecord): void {
    for (const values of keys) this.#tree.set({ values, record: record.number }, record);
  }

  remove(keys: readonly unknown[][], record: StoredRecord): void {
    for (const values of keys) this.#tree.delete({ values, record: record.number });
  }

  /** The first of `keys` that a record other than `self` has already, or null. */
  takenKey(keys: readonly unknown[][], self: StoredRecord | null): readonly unknown[] | null {
    for (const values of keys) {
      const range = {
        from: { values, record: Number.NEGATIVE_INFINITY },
        to: { values, record: Number.POSITIVE_INFINITY },
      };
      for (const record of this.scan(range, false)) if (record !== self) return values;
    }
    return null;
  }

  /** The records of a range in index order or its reverse. The tree must not change while the iterator is in use. */
  *scan(range: KeyRange, reverse: boolean): Generator<StoredRecord> {
    const directions = this.fields.map(({ direction }) => direction);
    const entries = reverse ? this.#tree.entriesReversed(range.to) : this.#tree.entries(range.from);
    for (const [key, record] of entries) {
      if (
        reverse ? compareIndexKeys(key, range.from, directions) < 0 : compareIndexKeys(key, range.to, directions) > 0
      ) {
        return;
      }
      yield record;
    }
  }
}

function compareIndexKeys(a: IndexKey, b: IndexKey, directions: readonly number[]): number {
  const length = Math.min(a.values.length, b.values.length);
  for (let i = 0; i < length; i++) {
    const order = compareValues(a.values[i], b.values[i]);
    if (order !== 0) return order * (directions[i] as number);
  }
  return a.record < b.record ? -1 : a.record > b.record ? 1 : 0;
}

function isMissing(doc: Doc, parts: readonly string[]): boolean {
  const [first, ...rest] = parts;
  const value = getField(doc, first as string);
  if (value === undefined) return true;
  if (rest.length === 0) return false;
  const members = Array.isArray(value) ? value : [value];
  return members.every((member) => typeof member !== 'object' || member === null || isMissing(member as Doc, rest));
}

function distinctKeys(columns: readonly unknown[][]): unknown[][] {
  let keys: unknown[][] = [[]];
  for (const values of columns) keys = keys.flatMap((key) => values.map((value) => [...key, value]));
  const once: unknown[][] = [];
  keys.sort(compareValues);
  for (const key of keys) if (once.length === 0 || compareValues(once.at(-1), key) !== 0) once.push(key);
  return once;
}

function dependencies(
  fields: readonly { parts: readonly string[] }[],
  partial: CompiledFilter | null,
): readonly string[] | null {
  const names = new Set(fields.map(({ parts }) => parts[0] as string));
  const pending = partial === null ? [] : [partial];
  for (const filter of pending) {
    for (const { path } of filter.clauses) names.add(path.split('.')[0] as string);
    for (const branches of filter.alternatives) pending.push(...branches);
  }
  return [...names];
}

function refuseExpressions(): never {
  throw new StoreError(67, 'Expression not supported in partial index: $expr');
}
