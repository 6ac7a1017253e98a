import { StoreError } from '../errors.ts';
import type { CompiledFilter } from '../query/compile-filter.ts';
import { compareValues } from '../values/compare.ts';
import { type Doc, isDoc } from '../values/document.ts';
import { applyAtPath } from './apply-at-path.ts';
import type { CompiledUpdate } from './compile-update.ts';

/**
 * The document an upsert inserts: the fields the filter binds by equality, then the update. Of a replacement only the
 * filter's `_id` counts.
 */
export function upsertDocument(filter: CompiledFilter, update: CompiledUpdate): Doc {
  const equalities = new Map<string, unknown>();
  collect(filter, equalities);
  let seed: Doc = {};
  for (const [path, value] of equalities) {
    if (update.kind === 'replacement' && path !== '_id') continue;
    seed = applyAtPath(seed, path.split('.'), () => value, 'create');
  }
  return update.applyToSeed(seed);
}

function collect(filter: CompiledFilter, equalities: Map<string, unknown>): void {
  for (const { path, operator, operand } of filter.clauses) {
    if (operator !== '$eq') continue;
    if (equalities.has(path) && compareValues(equalities.get(path), operand) !== 0) {
      throw new StoreError(54, `cannot infer query fields to set, path '${path}' is matched twice`);
    }
    checkDollar(path, operand);
    equalities.set(path, operand);
  }
  for (const [only, ...others] of filter.alternatives)
    if (only !== undefined && others.length === 0) collect(only, equalities);
}

function checkDollar(path: string, operand: unknown): void {
  if (!isDoc(operand)) return;
  const dollar = Object.keys(operand).find((key) => key.startsWith('$'));
  if (dollar !== undefined)
    throw new StoreError(52, `The dollar ($) prefixed field '${path}.${dollar}' is not valid for storage.`);
}
