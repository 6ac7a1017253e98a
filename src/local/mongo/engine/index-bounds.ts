import type { Clause } from '../query/compile-filter.ts';
import { BracketEdge, typeRank } from '../values/bson-type.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { isIndexable } from './indexable.ts';
import type { IndexKey, KeyRange, OrderedIndex } from './ordered-index.ts';

/** What the conditions of a query leave of one index. A superset: the filter still tests every document. */
export interface IndexBounds {
  ranges: KeyRange[];
  /** Leading fields that are bound to one value, so that the order of the following fields holds across the scan. */
  fixedFields: number;
  /** Leading fields bound by equality or `$in`. */
  equalityFields: number;
  /** Whether the field after those is bound by a range. */
  hasRange: boolean;
}

/** Above this many points of `$in` combinations the remaining fields are left unbound. */
const MAX_RANGES = 2000;

const BEFORE = Number.NEGATIVE_INFINITY;
const AFTER = Number.POSITIVE_INFINITY;

/** The key ranges of an index that can hold matches. With nothing bound it is one range over the whole index. */
export function indexBounds(index: OrderedIndex, clauses: readonly Clause[]): IndexBounds {
  let prefixes: unknown[][] = [[]];
  let fixedFields = 0;
  let equalityFields = 0;
  for (const { path, direction } of index.fields) {
    const own = clauses.filter((clause) => clause.path === path);
    const points = equalityPoints(own);
    if (points === null || prefixes.length * points.length > MAX_RANGES) {
      const range = valueRange(own, index.multikey);
      if (range === null) break;
      return {
        ranges: prefixes.map((prefix) => toKeyRange(prefix, range, direction)),
        fixedFields,
        equalityFields,
        hasRange: true,
      };
    }
    if (direction === -1) points.reverse();
    prefixes = prefixes.flatMap((prefix) => points.map((point) => [...prefix, point]));
    if (points.length === 1 && fixedFields === equalityFields) fixedFields++;
    equalityFields++;
  }
  const ranges = prefixes.map((values) => ({ from: { values, record: BEFORE }, to: { values, record: AFTER } }));
  return { ranges, fixedFields, equalityFields, hasRange: false };
}

function equalityPoints(clauses: readonly Clause[]): unknown[] | null {
  let best: unknown[] | null = null;
  for (const { operator, operand } of clauses) {
    const points = operator === '$eq' ? [operand] : operator === '$in' && Array.isArray(operand) ? operand : null;
    if (points?.every(isIndexable) && (best === null || points.length < best.length)) best = points;
  }
  if (best === null) return null;
  const unique = new Map(best.map((point) => [canonicalKey(point), point]));
  return [...unique.values()].sort(compareValues);
}

interface Limit {
  value: unknown;
  inclusive: boolean;
}

function valueRange(clauses: readonly Clause[], multikey: boolean): { low: Limit; high: Limit } | null {
  let low: Limit | null = null;
  let high: Limit | null = null;
  for (const { operator, operand } of clauses) {
    if (!['$gt', '$gte', '$lt', '$lte'].includes(operator) || !isIndexable(operand)) continue;
    const rank = typeRank(operand);
    if (rank === 0 || rank === 5 || rank === 127) continue;
    // Different elements of one array may fulfil the two ends of a range, so only one end binds a multikey index.
    if (multikey && (low !== null || high !== null)) continue;
    const limit = { value: operand, inclusive: operator.length === 4 };
    if (operator.startsWith('$g')) low = low !== null && compareValues(low.value, operand) > 0 ? low : limit;
    else high = high !== null && compareValues(high.value, operand) < 0 ? high : limit;
  }
  const one = low ?? high;
  if (one === null) return null;
  const rank = typeRank(one.value);
  return {
    low: low ?? { value: new BracketEdge(rank - 0.5), inclusive: true },
    high: high ?? { value: new BracketEdge(rank + 0.5), inclusive: true },
  };
}

function toKeyRange(prefix: readonly unknown[], range: { low: Limit; high: Limit }, direction: 1 | -1): KeyRange {
  const [first, last] = direction === 1 ? [range.low, range.high] : [range.high, range.low];
  return { from: toBound(prefix, first, BEFORE), to: toBound(prefix, last, AFTER) };
}

function toBound(prefix: readonly unknown[], limit: Limit, inclusiveEnd: number): IndexKey {
  return { values: [...prefix, limit.value], record: limit.inclusive ? inclusiveEnd : -inclusiveEnd };
}
