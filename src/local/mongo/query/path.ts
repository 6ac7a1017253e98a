import { type Doc, getField, isArrayIndex, isDoc } from '../values/document.ts';

/** What a path reaches at its end: `value` is undefined when there is no such field. */
export type PathTest = (value: unknown) => boolean;

/**
 * True when `test` holds for any value the path reaches. MongoDB's implicit traversal: an array in the middle stands
 * for its embedded documents (and for the element a numeric component names); at the end `test` sees the array itself
 * and, with `expandLeaf`, each of its elements.
 */
export function someAtPath(doc: Doc, parts: readonly string[], expandLeaf: boolean, test: PathTest): boolean {
  return visitDoc(doc, parts, 0, expandLeaf, test);
}

function visitDoc(doc: Doc, parts: readonly string[], at: number, expand: boolean, test: PathTest): boolean {
  const value = getField(doc, parts[at] as string);
  return visitValue(value, parts, at + 1, expand, test);
}

function visitValue(value: unknown, parts: readonly string[], at: number, expand: boolean, test: PathTest): boolean {
  if (at === parts.length) return test(value) || (expand && Array.isArray(value) && value.some((item) => test(item)));
  if (Array.isArray(value)) return visitArray(value, parts, at, expand, test);
  return isDoc(value) ? visitDoc(value, parts, at, expand, test) : test(undefined);
}

function visitArray(items: unknown[], parts: readonly string[], at: number, expand: boolean, test: PathTest): boolean {
  for (const item of items) {
    if (isDoc(item) && visitDoc(item, parts, at, expand, test)) return true;
  }
  const segment = parts[at] as string;
  if (!isArrayIndex(segment) || Number(segment) >= items.length) return false;
  // An index names one element: it is not expanded when it is an array, and is nothing when it is a scalar with more path to go.
  const item = items[Number(segment)];
  if (at + 1 === parts.length) return test(item);
  if (isDoc(item)) return visitDoc(item, parts, at + 1, expand, test);
  return Array.isArray(item) && visitArray(item, parts, at + 1, expand, test);
}

/** Every value a path reaches, for index keys, sort keys and `distinct`. */
export interface PathValues {
  /** Array elements one by one; null for missing; undefined for an empty array, as in MongoDB's index keys. */
  values: unknown[];
  /** The prefix of the path at which an array was met, or null: two different ones cannot share an index. */
  arrayAt: string | null;
}

export function valuesAtPath(doc: Doc, parts: readonly string[]): PathValues {
  const found: PathValues = { values: [], arrayAt: null };
  collect(doc, parts, 0, found);
  return found;
}

function collect(value: unknown, parts: readonly string[], at: number, found: PathValues): void {
  if (Array.isArray(value)) {
    found.arrayAt ??= parts.slice(0, at).join('.');
    collectFromArray(value, parts, at, found);
  } else if (at === parts.length) {
    found.values.push(value === undefined ? null : value);
  } else if (isDoc(value)) {
    collect(getField(value, parts[at] as string), parts, at + 1, found);
  } else {
    found.values.push(null);
  }
}

function collectFromArray(items: unknown[], parts: readonly string[], at: number, found: PathValues): void {
  if (items.length === 0) {
    found.values.push(at === parts.length ? undefined : null);
    return;
  }
  if (at === parts.length) {
    for (const item of items) found.values.push(item);
    return;
  }
  const segment = parts[at] as string;
  if (isArrayIndex(segment) && !items.some((item) => isDoc(item) && Object.hasOwn(item, segment))) {
    collect(items[Number(segment)], parts, at + 1, found);
    return;
  }
  for (const item of items) {
    if (isDoc(item)) collect(getField(item, segment), parts, at + 1, found);
    else found.values.push(null);
  }
}
