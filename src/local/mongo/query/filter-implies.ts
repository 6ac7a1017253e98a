import { typeRank } from '../values/bson-type.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import type { Clause, CompiledFilter } from './compile-filter.ts';

/**
 * True when every document that matches `clauses` certainly matches `partial`: only then may a partial index answer.
 * It may say false where a proof exists; it never says true without one.
 */
export function filterImplies(clauses: readonly Clause[], partial: CompiledFilter): boolean {
  return (
    partial.clauses.every((wanted) => clauses.some((given) => implies(given, wanted))) &&
    partial.alternatives.every((branches) => branches.some((branch) => filterImplies(clauses, branch)))
  );
}

function implies(given: Clause, wanted: Clause): boolean {
  if (given.path !== wanted.path) return false;
  if (given.operator === wanted.operator && sameOperand(given.operand, wanted.operand)) return true;
  switch (wanted.operator) {
    case '$exists':
      return wanted.operand === true && impliesExistence(given);
    case '$eq':
    case '$in':
      return isSubset(given, wanted);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return impliesRange(given, wanted.operator, wanted.operand);
    case '$type':
    case 'other':
      return false;
  }
}

function sameOperand(a: unknown, b: unknown): boolean {
  return canonicalKey(a) === canonicalKey(b);
}

/** True for a condition that no document without the field fulfils. */
export function impliesExistence(clause: Clause): boolean {
  switch (clause.operator) {
    case '$eq':
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return clause.operand !== null && typeRank(clause.operand) !== 0 && typeRank(clause.operand) !== 127;
    case '$in':
      return Array.isArray(clause.operand) && !clause.operand.includes(null);
    case '$exists':
      return clause.operand === true;
    case '$type':
      return true;
    case 'other':
      return false;
  }
}

function isSubset(given: Clause, wanted: Clause): boolean {
  const allowed = new Set(members(wanted)?.map(canonicalKey));
  const possible = members(given);
  return possible?.every((member) => typeRank(member) !== 25 && allowed.has(canonicalKey(member))) ?? false;
}

function members(clause: Clause): readonly unknown[] | null {
  if (clause.operator === '$eq') return [clause.operand];
  return clause.operator === '$in' && Array.isArray(clause.operand) ? clause.operand : null;
}

function impliesRange(given: Clause, operator: '$gt' | '$gte' | '$lt' | '$lte', bound: unknown): boolean {
  const within = (value: unknown, strict: boolean): boolean => {
    if (typeRank(value) !== typeRank(bound) || typeRank(value) === 25) return false;
    const order = compareValues(value, bound) * (operator.startsWith('$g') ? 1 : -1);
    return strict || operator.length === 4 ? order >= 0 : order > 0;
  };
  const listed = members(given);
  if (listed !== null) return listed.every((value) => within(value, false));
  if (given.operator.slice(0, 2) !== operator.slice(0, 2)) return false;
  return within(given.operand, given.operator.length === 3);
}
