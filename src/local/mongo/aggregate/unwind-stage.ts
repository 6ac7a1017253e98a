import { StoreError } from '../errors.ts';
import { type Doc, getField, isDoc, setField } from '../values/document.ts';

/** Compiles `$unwind`: one document for each element; anything but an array counts as one element. */
export function compileUnwind(spec: unknown): (docs: Iterable<Doc>) => Iterable<Doc> {
  const { path, includeArrayIndex, preserveNullAndEmptyArrays = false, ...rest } = isDoc(spec) ? spec : { path: spec };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new StoreError(2, `unrecognized option to $unwind stage: ${unknown}`);
  if (typeof path !== 'string' || !/^\$[^$]/.test(path)) {
    throw new StoreError(2, "path option to $unwind stage should be prefixed with a '$'");
  }
  if (includeArrayIndex !== undefined && (typeof includeArrayIndex !== 'string' || includeArrayIndex.startsWith('$'))) {
    throw new StoreError(2, 'includeArrayIndex option to $unwind stage should be a field name');
  }
  if (typeof preserveNullAndEmptyArrays !== 'boolean') {
    throw new StoreError(2, 'preserveNullAndEmptyArrays option to $unwind stage should be boolean');
  }
  const parts = path.slice(1).split('.');
  const withIndex = (doc: Doc, index: number | null): Doc =>
    typeof includeArrayIndex === 'string' ? { ...doc, [includeArrayIndex]: index } : doc;
  return function* unwind(docs) {
    for (const doc of docs) {
      const value = valueAt(doc, parts);
      if (!Array.isArray(value)) {
        if ((value !== null && value !== undefined) || preserveNullAndEmptyArrays) yield withIndex(doc, null);
      } else if (value.length === 0) {
        if (preserveNullAndEmptyArrays) yield withIndex(put(doc, parts, 0, undefined), null);
      } else {
        for (const [index, element] of value.entries()) yield withIndex(put(doc, parts, 0, element), index);
      }
    }
  };
}

/** Arrays on the way are not descended into, as in MongoDB. */
function valueAt(doc: Doc, parts: readonly string[]): unknown {
  let value: unknown = doc;
  for (const part of parts) value = isDoc(value) ? getField(value, part) : undefined;
  return value;
}

function put(doc: Doc, parts: readonly string[], at: number, value: unknown): Doc {
  const key = parts[at] as string;
  const copy = { ...doc };
  if (at === parts.length - 1) {
    if (value === undefined) delete copy[key];
    else setField(copy, key, value);
  } else {
    setField(copy, key, put(getField(doc, key) as Doc, parts, at + 1, value));
  }
  return copy;
}
