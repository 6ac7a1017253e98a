import { StoreError } from '../errors.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { type Doc, getField, isArrayIndex, isDoc, setField } from '../values/document.ts';

/** A component of an update path: a field name or array index, or which elements of an array are meant. */
export type Segment = string | ((element: unknown) => boolean);

export const UNCHANGED: unique symbol = Symbol('unchanged');
export const REMOVED: unique symbol = Symbol('removed');

/** The new value of a field, UNCHANGED or REMOVED; `exists` tells a field that is null from one that is not there. */
export type Leaf = (current: unknown, exists: boolean) => unknown;

/**
 * What happens when the path is not there: documents on the way are made; or nothing changes, but a value in the way
 * that is no document is an error; or nothing changes at all.
 */
export type OnMissing = 'create' | 'skip' | 'ignore';

/** MongoDB's limit to how many nulls an array is filled up with. */
const MAX_PADDING = 1_500_000;

/**
 * A document with `leaf` applied at a path. What is on the path is copied, everything else is shared with the document
 * given, which stays as it was; without a change it is returned itself.
 */
export function applyAtPath(doc: Doc, segments: readonly Segment[], leaf: Leaf, onMissing: OnMissing): Doc {
  return inDoc(doc, segments, 0, leaf, onMissing);
}

function inDoc(doc: Doc, segments: readonly Segment[], at: number, leaf: Leaf, onMissing: OnMissing): Doc {
  const key = segments[at];
  if (typeof key !== 'string') {
    throw new StoreError(2, `Cannot apply array updates to non-array element ${segments[at - 1] as string}`);
  }
  const exists = Object.hasOwn(doc, key);
  const current = getField(doc, key);
  const next = nextValue(current, exists, segments, at, leaf, onMissing);
  if (next === UNCHANGED || (exists && next === current)) return doc;
  if (next !== REMOVED) {
    const copy = { ...doc };
    setField(copy, key, next);
    return copy;
  }
  if (!exists) return doc;
  const { [key]: _removed, ...rest } = doc;
  return rest;
}

function nextValue(
  current: unknown,
  exists: boolean,
  segments: readonly Segment[],
  at: number,
  leaf: Leaf,
  onMissing: OnMissing,
): unknown {
  const following = at + 1;
  if (following === segments.length) return leaf(current, exists);
  if (isDoc(current)) return inDoc(current, segments, following, leaf, onMissing);
  if (Array.isArray(current)) return inArray(current, segments, following, leaf, onMissing);
  if (typeof segments[following] !== 'string') {
    const problem = exists
      ? 'Cannot apply array updates to non-array element'
      : 'The path must exist in the document in order to apply array updates:';
    throw new StoreError(2, `${problem} ${String(segments[at])}`);
  }
  if (exists && onMissing !== 'ignore') throw notViable(segments, following, current);
  if (onMissing !== 'create') return UNCHANGED;
  const made = inDoc({}, segments, following, leaf, onMissing);
  return Object.keys(made).length === 0 ? UNCHANGED : made;
}

function inArray(
  items: unknown[],
  segments: readonly Segment[],
  at: number,
  leaf: Leaf,
  onMissing: OnMissing,
): unknown[] {
  const segment = segments[at] as Segment;
  if (typeof segment !== 'string') return inElements(items, segment, segments, at, leaf, onMissing);
  if (!isArrayIndex(segment)) {
    if (onMissing !== 'ignore') throw notViable(segments, at, items);
    return items;
  }
  const index = Number(segment);
  const exists = index < items.length;
  const next = nextValue(items[index], exists, segments, at, leaf, onMissing);
  if (next === UNCHANGED || (exists && next === items[index]) || (!exists && next === REMOVED)) return items;
  if (index - items.length > MAX_PADDING) throw new StoreError(2, `can't backfill more than ${MAX_PADDING} elements`);
  const copy = items.slice();
  while (copy.length < index) copy.push(null);
  // An array keeps its length: MongoDB's $unset of an element leaves null.
  copy[index] = next === REMOVED ? null : next;
  return copy;
}

function inElements(
  items: unknown[],
  chosen: (element: unknown) => boolean,
  segments: readonly Segment[],
  at: number,
  leaf: Leaf,
  onMissing: OnMissing,
): unknown[] {
  const next = items.map((element) => {
    if (!chosen(element)) return element;
    const value = nextValue(element, true, segments, at, leaf, onMissing);
    return value === UNCHANGED ? element : value === REMOVED ? null : value;
  });
  return next.some((element, i) => element !== items[i]) ? next : items;
}

function notViable(segments: readonly Segment[], at: number, parent: unknown): StoreError {
  const field = String(segments[at]);
  const shown = isDoc(parent) || Array.isArray(parent) ? bsonTypeOf(parent) : String(parent);
  return new StoreError(28, `Cannot create field '${field}' in element {${String(segments[at - 1])}: ${shown}}`);
}
