import { StoreError } from '../errors.ts';
import { type Doc, getField, isArrayIndex, isDoc } from '../values/document.ts';
import { type CompiledFilter, compileFilter, type ExpressionCompiler } from './compile-filter.ts';

/** Which element of an array the query matched: what `$` in an update or a projection stands for. */
export type PositionalIndex = (doc: Doc) => number;

/**
 * Compiles the positional operator for the array at `arrayPath`. The filter must have exactly one condition on that array;
 * with several MongoDB picks by rules nobody should rely on, so that is refused.
 */
export function compilePositional(filter: Doc, arrayPath: string, expressions: ExpressionCompiler): PositionalIndex {
  const conditions = conditionsOn(filter, arrayPath);
  const [condition] = conditions;
  if (condition === undefined || conditions.length !== 1) throw noMatch();
  const parts = arrayPath.split('.');
  const test = compileFilter({ [condition.path]: condition.operand }, expressions);
  return (doc) => matchedElement(doc, parts, test);
}

function matchedElement(doc: Doc, parts: readonly string[], condition: CompiledFilter): number {
  let value: unknown = doc;
  for (const part of parts) {
    if (Array.isArray(value) && isArrayIndex(part)) value = value[Number(part)];
    else value = isDoc(value) ? getField(value, part) : undefined;
  }
  if (!Array.isArray(value)) throw noMatch();
  const index = value.findIndex((element) => condition.test(nest(parts, [element])));
  if (index === -1) throw noMatch();
  return index;
}

function nest(parts: readonly string[], value: unknown): Doc {
  return parts.reduceRight<unknown>((inner, part) => ({ [part]: inner }), value) as Doc;
}

function conditionsOn(filter: Doc, arrayPath: string): { path: string; operand: unknown }[] {
  return Object.entries(filter).flatMap(([key, operand]) => {
    if (key === '$and' && Array.isArray(operand)) {
      return operand.flatMap((branch) => (isDoc(branch) ? conditionsOn(branch, arrayPath) : []));
    }
    return key === arrayPath || key.startsWith(`${arrayPath}.`) ? [{ path: key, operand }] : [];
  });
}

function noMatch(): StoreError {
  return new StoreError(2, 'The positional operator did not find the match needed from the query.');
}
