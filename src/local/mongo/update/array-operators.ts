import { StoreError } from '../errors.ts';
import { compileFilter, type ExpressionCompiler, isOperatorDoc } from '../query/compile-filter.ts';
import { parseSort, sortDocuments } from '../query/sort-documents.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { isDoc } from '../values/document.ts';
import { type Leaf, UNCHANGED } from './apply-at-path.ts';

/** `$push`, with `$each`, `$position`, `$sort` and `$slice`, which MongoDB applies in that order. */
export function push(path: string, operand: unknown): Leaf {
  const { each, position, sort, slice } = parsePush(operand);
  return (current, exists) => {
    const items = exists ? requireArray('$push', path, current) : [];
    const at = position < 0 ? Math.max(0, items.length + position) : Math.min(position, items.length);
    let next = [...items.slice(0, at), ...each, ...items.slice(at)];
    if (sort !== null) next = sort(next);
    if (slice !== null) next = slice >= 0 ? next.slice(0, slice) : next.slice(slice);
    return next;
  };
}

interface PushSpec {
  each: readonly unknown[];
  position: number;
  sort: ((items: unknown[]) => unknown[]) | null;
  slice: number | null;
}

function parsePush(operand: unknown): PushSpec {
  if (!isDoc(operand) || !('$each' in operand)) {
    return { each: [operand], position: Number.POSITIVE_INFINITY, sort: null, slice: null };
  }
  const { $each, $position, $sort, $slice, ...rest } = operand;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new StoreError(2, `Unrecognized clause in $push: ${unknown}`);
  return {
    each: requireEach('$push', $each),
    position: $position === undefined ? Number.POSITIVE_INFINITY : integer('$position', $position),
    sort: $sort === undefined ? null : pushSort($sort),
    slice: $slice === undefined ? null : integer('$slice', $slice),
  };
}

function pushSort(operand: unknown): (items: unknown[]) => unknown[] {
  if (isDoc(operand)) {
    const spec = parseSort(operand);
    if (spec.length === 0) throw new StoreError(2, 'The $sort pattern is empty when it should be a set of fields.');
    return (items) => sortDocuments(items, spec, (item) => (isDoc(item) ? item : {}));
  }
  const direction = integer('$sort', operand);
  if (direction !== 1 && direction !== -1) throw new StoreError(2, 'The $sort element value must be either 1 or -1');
  return (items) => items.toSorted((a, b) => compareValues(a, b) * direction);
}

/** `$addToSet`, one value or `$each`. */
export function addToSet(path: string, operand: unknown): Leaf {
  const each = isDoc(operand) && '$each' in operand ? requireEach('$addToSet', operand.$each) : [operand];
  if (isDoc(operand) && '$each' in operand && Object.keys(operand).length > 1) {
    throw new StoreError(2, 'Found unexpected fields after $each in $addToSet');
  }
  return (current, exists) => {
    const items = exists ? requireArray('$addToSet', path, current) : [];
    const known = new Set(items.map(canonicalKey));
    const added: unknown[] = [];
    for (const value of each) {
      const key = canonicalKey(value);
      if (known.has(key)) continue;
      known.add(key);
      added.push(value);
    }
    return exists && added.length === 0 ? UNCHANGED : [...items, ...added];
  };
}

/** `$pop`: 1 for the last element, -1 for the first. */
export function pop(path: string, operand: unknown): Leaf {
  const end = isNumeric(operand) ? Number(operand.toString()) : Number.NaN;
  if (end !== 1 && end !== -1) throw new StoreError(9, `$pop expects 1 or -1, found: ${String(operand)}`);
  return (current, exists) => {
    if (!exists) return UNCHANGED;
    if (!Array.isArray(current)) {
      throw new StoreError(14, `Path '${path}' contains an element of non-array type '${bsonTypeOf(current)}'`);
    }
    if (current.length === 0) return UNCHANGED;
    return end === 1 ? current.slice(0, -1) : current.slice(1);
  };
}

/** `$pull`: a value, operators for the elements, or a filter for embedded documents. */
export function pull(operand: unknown, expressions: ExpressionCompiler): Leaf {
  const matches = pullTest(operand, expressions);
  return (current, exists) => {
    if (!exists) return UNCHANGED;
    if (!Array.isArray(current)) throw new StoreError(2, 'Cannot apply $pull to a non-array value');
    const kept = current.filter((element) => !matches(element));
    return kept.length === current.length ? UNCHANGED : kept;
  };
}

function pullTest(operand: unknown, expressions: ExpressionCompiler): (element: unknown) => boolean {
  if (isDoc(operand) && !isOperatorDoc(operand)) {
    const { test } = compileFilter(operand, expressions);
    return (element) => isDoc(element) && test(element);
  }
  const { test } = compileFilter({ element: operand }, expressions);
  if (Array.isArray(operand)) return (element) => compareValues(element, operand) === 0;
  return (element) => test({ element });
}

/** `$pullAll`: every element equal to one of the values. */
export function pullAll(operand: unknown): Leaf {
  if (!Array.isArray(operand)) throw new StoreError(2, '$pullAll requires an array argument');
  const unwanted = new Set(operand.map(canonicalKey));
  return (current, exists) => {
    if (!exists) return UNCHANGED;
    if (!Array.isArray(current)) throw new StoreError(2, 'Cannot apply $pull to a non-array value');
    const kept = current.filter((element) => !unwanted.has(canonicalKey(element)));
    return kept.length === current.length ? UNCHANGED : kept;
  };
}

function requireArray(operator: string, path: string, value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  const problem = `The field '${path}' must be an array but is of type ${bsonTypeOf(value)}`;
  throw new StoreError(2, operator === '$push' ? problem : `Cannot apply ${operator} to a non-array field. ${problem}`);
}

function requireEach(operator: string, each: unknown): readonly unknown[] {
  if (!Array.isArray(each)) throw new StoreError(14, `The argument to $each in ${operator} must be an array`);
  return each;
}

function integer(name: string, value: unknown): number {
  const number = isNumeric(value) ? Number(value.toString()) : Number.NaN;
  if (!Number.isInteger(number)) throw new StoreError(2, `The value for ${name} must be an integer value`);
  return number;
}
