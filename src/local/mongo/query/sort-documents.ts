import { StoreError } from '../errors.ts';
import { compareValues } from '../values/compare.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, isDoc } from '../values/document.ts';
import { valuesAtPath } from './path.ts';

/** A parsed sort document, most significant field first. */
export type SortSpec = readonly { path: string; direction: 1 | -1 }[];

/** Parses `{ a: 1, b: -1 }`; throws BadValue for other directions and for `$meta`. */
export function parseSort(sort: unknown): SortSpec {
  if (sort === undefined) return [];
  if (!isDoc(sort)) throw new StoreError(14, 'the sort must be a document');
  return Object.entries(sort).map(([path, value]) => {
    const direction = isNumeric(value) ? Number(value.toString()) : Number.NaN;
    if (path.startsWith('$')) throw new StoreError(16410, 'FieldPath field names may not start with $.');
    if (direction !== 1 && direction !== -1) {
      throw new StoreError(15975, '$sort key ordering must be 1 (for ascending) or -1 (for descending)');
    }
    return { path, direction };
  });
}

/** Sorts stably by BSON order. Of an array the smallest element counts when ascending, the largest when descending. */
export function sortDocuments<T>(items: readonly T[], spec: SortSpec, docOf: (item: T) => Doc): T[] {
  const fields = spec.map(({ path, direction }) => ({ parts: path.split('.'), direction }));
  const keyed = items.map((item) => ({
    item,
    keys: fields.map(({ parts, direction }) => sortKey(docOf(item), parts, direction)),
  }));
  keyed.sort((a, b) => {
    for (let i = 0; i < fields.length; i++) {
      const order = compareValues(a.keys[i], b.keys[i]);
      if (order !== 0) return order * (fields[i] as { direction: number }).direction;
    }
    return 0;
  });
  return keyed.map(({ item }) => item);
}

function sortKey(doc: Doc, parts: readonly string[], direction: 1 | -1): unknown {
  const { values } = valuesAtPath(doc, parts);
  let best = values[0];
  for (let i = 1; i < values.length; i++) {
    if (compareValues(values[i], best) * direction < 0) best = values[i];
  }
  return best;
}
