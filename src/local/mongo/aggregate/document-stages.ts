import { StoreError } from '../errors.ts';
import { isOperatorDoc } from '../query/compile-filter.ts';
import { compileProjection } from '../query/compile-projection.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { type Doc, getField, isDoc, setField } from '../values/document.ts';
import { compileExpression, type Expression } from './compile-expression.ts';

/** A stage that makes one document of one document, for pipelines and pipeline updates. */
export type DocumentStage = (doc: Doc) => Doc;

/** `$set` / `$addFields`: all expressions see the document as it came in; a missing result removes the field. */
export function compileAddFields(spec: unknown, now: Date): DocumentStage {
  if (!isDoc(spec)) throw new StoreError(14, '$addFields specification stage must be an object');
  const fields = flatten(spec, []).map(({ parts, expression }) => ({ parts, of: compileExpression(expression, now) }));
  if (fields.length === 0) throw new StoreError(2, '$addFields specification stage must not be empty');
  return (doc) => {
    const values = fields.map(({ of }) => of(doc));
    return fields.reduce((result, { parts }, i) => setAt(result, parts, 0, values[i]), doc);
  };
}

interface AddedField {
  parts: string[];
  expression: unknown;
}

function flatten(spec: Doc, prefix: readonly string[]): AddedField[] {
  return Object.entries(spec).flatMap(([path, expression]) => {
    if (path.startsWith('$')) throw new StoreError(16410, `FieldPath field names may not start with '$': ${path}`);
    const parts = [...prefix, ...path.split('.')];
    if (parts.includes('')) throw new StoreError(2, 'FieldPath must not contain an empty field name');
    const nested = isDoc(expression) && !isOperatorDoc(expression) && Object.keys(expression).length > 0;
    return nested ? flatten(expression, parts) : [{ parts, expression }];
  });
}

/** On the way to a path arrays stand for each of their elements, and anything else but a document is replaced by one. */
function setAt(doc: Doc, parts: readonly string[], at: number, value: unknown): Doc {
  const key = parts[at] as string;
  const copy = { ...doc };
  if (at < parts.length - 1) {
    const inner = setInside(getField(doc, key), parts, at + 1, value);
    if (inner !== undefined) setField(copy, key, inner);
  } else if (value === undefined) {
    delete copy[key];
  } else {
    setField(copy, key, value);
  }
  return copy;
}

function setInside(current: unknown, parts: readonly string[], at: number, value: unknown): unknown {
  if (Array.isArray(current)) return current.map((member) => setInside(member, parts, at, value));
  if (isDoc(current)) return setAt(current, parts, at, value);
  return value === undefined ? current : setAt({}, parts, at, value);
}

/** `$unset`: one path or several. */
export function compileUnset(spec: unknown): DocumentStage {
  const paths = Array.isArray(spec) ? spec : [spec];
  if (paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
    throw new StoreError(2, '$unset specification must be a string or an array of strings');
  }
  const exclusion = Object.fromEntries(paths.map((path) => [path, 0]));
  return compileProjection(exclusion, { mode: 'aggregate', filter: {}, expressions: refuse }) ?? ((doc) => doc);
}

function refuse(): never {
  throw new StoreError(1, 'an exclusion has no expressions');
}

/** `$replaceRoot` / `$replaceWith`. */
export function compileReplaceRoot(name: string, spec: unknown, now: Date): DocumentStage {
  const expression: Expression = compileExpression(name === '$replaceRoot' ? rootOf(spec) : spec, now);
  return (doc) => {
    const value = expression(doc);
    if (isDoc(value)) return value;
    throw new StoreError(
      40228,
      `'newRoot' expression must evaluate to an object, but resulting value was of type: ${bsonTypeOf(value)}`,
    );
  };
}

function rootOf(spec: unknown): unknown {
  if (!isDoc(spec) || !('newRoot' in spec) || Object.keys(spec).length !== 1) {
    throw new StoreError(40414, "BSON field '$replaceRoot.newRoot' is missing but a required field");
  }
  return spec.newRoot;
}
