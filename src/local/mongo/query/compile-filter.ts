import { BSONRegExp } from 'bson';
import { notImplemented, StoreError } from '../errors.ts';
import { compareValues } from '../values/compare.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, firstKey, isDoc } from '../values/document.ts';
import { type PathTest, someAtPath } from './path.ts';
import { regexOperand, toRegExp } from './to-regexp.ts';
import { equals, hasType, isIn, modulo, ordered } from './value-operators.ts';

/** One condition that every matching document fulfils: what the planner and the partial-index check read. */
export interface Clause {
  path: string;
  operator: '$eq' | '$in' | '$gt' | '$gte' | '$lt' | '$lte' | '$exists' | '$type' | 'other';
  operand: unknown;
}

/** A filter, compiled once and then asked for each document. */
export interface CompiledFilter {
  test(doc: Doc): boolean;
  /** All hold in every match. */
  clauses: Clause[];
  /** Of each list at least one filter matches (top-level `$or`). */
  alternatives: CompiledFilter[][];
}

/** Evaluates an aggregation expression for `$expr`; handed in so that filters do not depend on the aggregation code. */
export type ExpressionCompiler = (expression: unknown) => (doc: Doc) => unknown;

const KNOWN_BUT_REFUSED = new Set(
  '$where $text $near $nearSphere $geoWithin $geoIntersects $within $geoNear $jsonSchema $bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear $sampleRate $rand $_internalSchemaEq'.split(
    ' ',
  ),
);

/**
 * Compiles a query document with MongoDB's matching rules. Throws BadValue for what MongoDB does not know and
 * NotImplemented for what it knows and this store does not.
 */
export function compileFilter(filter: unknown, compileExpression: ExpressionCompiler): CompiledFilter {
  if (!isDoc(filter)) throw new StoreError(14, 'the filter must be a document');
  const compiler = new FilterCompiler(compileExpression);
  return compiler.filter(filter);
}

class FilterCompiler {
  readonly #compileExpression: ExpressionCompiler;

  constructor(compileExpression: ExpressionCompiler) {
    this.#compileExpression = compileExpression;
  }

  filter(filter: Doc): CompiledFilter {
    const tests: ((doc: Doc) => boolean)[] = [];
    const compiled: CompiledFilter = { test: conjunction(tests), clauses: [], alternatives: [] };
    for (const [key, operand] of Object.entries(filter)) {
      if (key.startsWith('$')) this.#topLevel(key, operand, tests, compiled);
      else tests.push(this.#field(key, operand, compiled.clauses));
    }
    compiled.test = conjunction(tests);
    return compiled;
  }

  #topLevel(key: string, operand: unknown, tests: ((doc: Doc) => boolean)[], compiled: CompiledFilter): void {
    switch (key) {
      case '$and':
        for (const branch of this.#branches(key, operand)) {
          tests.push(branch.test);
          compiled.clauses.push(...branch.clauses);
          compiled.alternatives.push(...branch.alternatives);
        }
        return;
      case '$or': {
        const branches = this.#branches(key, operand);
        tests.push((doc) => branches.some((branch) => branch.test(doc)));
        compiled.alternatives.push(branches);
        return;
      }
      case '$nor': {
        const branches = this.#branches(key, operand);
        tests.push((doc) => !branches.some((branch) => branch.test(doc)));
        return;
      }
      case '$expr': {
        const evaluate = this.#compileExpression(operand);
        tests.push((doc) => isTrue(evaluate(doc)));
        return;
      }
      case '$comment':
        return;
      default:
        if (KNOWN_BUT_REFUSED.has(key)) throw notImplemented(`the query operator ${key}`);
        throw new StoreError(
          2,
          `unknown top level operator: ${key}. If you have a field name that starts with a '$' symbol, consider using $getField or $setField.`,
        );
    }
  }

  #branches(key: string, operand: unknown): CompiledFilter[] {
    if (!Array.isArray(operand)) throw new StoreError(2, `${key} must be an array`);
    if (operand.length === 0) throw new StoreError(2, `${key} must be a nonempty array`);
    return operand.map((branch) => {
      if (!isDoc(branch)) throw new StoreError(2, `${key} entries need to be full objects`);
      return this.filter(branch);
    });
  }

  #field(path: string, operand: unknown, clauses: Clause[]): (doc: Doc) => boolean {
    const parts = path.split('.');
    if (!isOperatorDoc(operand)) {
      clauses.push({ path, operator: operand instanceof BSONRegExp ? 'other' : '$eq', operand });
      return atPath(parts, true, equals(operand));
    }
    const tests: ((doc: Doc) => boolean)[] = [];
    for (const [operator, value] of Object.entries(operand)) {
      if (operator === '$options' && '$regex' in operand) continue;
      tests.push(this.#predicate(parts, operator, value, operand));
      clauses.push(toClause(path, operator, value));
    }
    return conjunction(tests);
  }

  #predicate(parts: string[], operator: string, operand: unknown, siblings: Doc): (doc: Doc) => boolean {
    switch (operator) {
      case '$not': {
        const tests = this.#negated(operand).map(([inner, value]) =>
          this.#predicate(parts, inner, value, isDoc(operand) ? operand : {}),
        );
        return (doc) => !tests.every((test) => test(doc));
      }
      case '$ne':
        if (operand instanceof BSONRegExp) throw new StoreError(2, "Can't have regex as arg to $ne.");
        return not(atPath(parts, true, equals(operand)));
      case '$nin':
        return not(atPath(parts, true, isIn(list(operator, operand))));
      case '$exists':
        return isTrue(operand)
          ? atPath(parts, false, (value) => value !== undefined)
          : not(atPath(parts, false, (value) => value !== undefined));
      case '$size':
      case '$elemMatch':
        return atPath(parts, false, this.#arrayTest(operator, operand));
      case '$all':
        return this.#all(parts, operand);
      default:
        return atPath(parts, true, this.#valueTest(operator, operand, siblings));
    }
  }

  #negated(operand: unknown): [string, unknown][] {
    if (operand instanceof BSONRegExp) return [['$regex', operand]];
    if (!isOperatorDoc(operand)) throw new StoreError(2, '$not needs a regex or a document');
    return Object.entries(operand).filter(([operator]) => operator !== '$options');
  }

  #valueTest(operator: string, operand: unknown, siblings: Doc): PathTest {
    switch (operator) {
      case '$eq':
        // Unlike the short form, an explicit $eq with a regular expression means the expression itself.
        return operand instanceof BSONRegExp ? (value) => compareValues(value, operand) === 0 : equals(operand);
      case '$ne':
        return negate(equals(operand));
      case '$gt':
      case '$gte':
      case '$lt':
      case '$lte':
        return ordered(operator, operand);
      case '$in':
        return isIn(list(operator, operand));
      case '$nin':
        return negate(isIn(list(operator, operand)));
      case '$type':
        return hasType(operand);
      case '$mod':
        return modulo(operand);
      case '$regex': {
        const { pattern, options } = regexOperand(operand, siblings.$options);
        const regex = toRegExp(pattern, options);
        return (value) => typeof value === 'string' && regex.test(value);
      }
      default:
        if (KNOWN_BUT_REFUSED.has(operator)) throw notImplemented(`the query operator ${operator}`);
        throw new StoreError(2, `unknown operator: ${operator}`);
    }
  }

  #arrayTest(operator: '$size' | '$elemMatch', operand: unknown): PathTest {
    if (operator === '$size') {
      const size = isNumeric(operand) ? Number(operand.toString()) : Number.NaN;
      if (!Number.isInteger(size) || size < 0) {
        throw new StoreError(2, `Failed to parse $size. Expected a non-negative integer in: $size: ${String(operand)}`);
      }
      return (value) => Array.isArray(value) && value.length === size;
    }
    const test = this.elementTest(operand);
    return (value) => Array.isArray(value) && value.some(test);
  }

  /** `$all` is one equality for each member, or one `$elemMatch`; with no members it matches nothing. */
  #all(parts: string[], operand: unknown): (doc: Doc) => boolean {
    if (!Array.isArray(operand)) throw new StoreError(2, '$all needs an array');
    const tests = operand.map((member) => {
      if (isDoc(member) && firstKey(member) === '$elemMatch') {
        return atPath(parts, false, this.#arrayTest('$elemMatch', member.$elemMatch));
      }
      if (isOperatorDoc(member)) throw new StoreError(2, 'no $ expressions in $all');
      return atPath(parts, true, equals(member));
    });
    return tests.length === 0 ? () => false : conjunction(tests);
  }

  /** The operand of `$elemMatch`: a filter for embedded documents, or operators for the elements themselves. */
  elementTest(operand: unknown): (element: unknown) => boolean {
    if (!isDoc(operand)) throw new StoreError(2, '$elemMatch needs an Object');
    const first = firstKey(operand);
    if (first === undefined || !first.startsWith('$') || ['$and', '$or', '$nor', '$expr'].includes(first)) {
      const { test } = this.filter(operand);
      // An array in the array counts as a document with its indexes as field names.
      return (element) => (isDoc(element) ? test(element) : Array.isArray(element) && test({ ...element }));
    }
    const predicate = this.#field('element', operand, []);
    // Wrapped in an array of its own when it is one, so that the path expansion does not descend into it twice.
    return (element) => predicate({ element: Array.isArray(element) ? [element] : element });
  }
}

function toClause(path: string, operator: string, operand: unknown): Clause {
  switch (operator) {
    case '$eq':
    case '$in':
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
    case '$exists':
    case '$type':
      return { path, operator, operand: operator === '$exists' ? isTrue(operand) : operand };
    default:
      return { path, operator: 'other', operand: { [operator]: operand } };
  }
}

function atPath(parts: readonly string[], expandLeaf: boolean, test: PathTest): (doc: Doc) => boolean {
  return (doc) => someAtPath(doc, parts, expandLeaf, test);
}

function conjunction(tests: readonly ((doc: Doc) => boolean)[]): (doc: Doc) => boolean {
  const [only] = tests;
  if (only !== undefined && tests.length === 1) return only;
  return (doc) => tests.every((test) => test(doc));
}

function not(test: (doc: Doc) => boolean): (doc: Doc) => boolean {
  return (doc) => !test(doc);
}

function negate(test: PathTest): PathTest {
  return (value) => !test(value);
}

function list(operator: string, operand: unknown): readonly unknown[] {
  if (!Array.isArray(operand)) throw new StoreError(2, `${operator} needs an array`);
  if (operand.some(isOperatorDoc)) throw new StoreError(2, `cannot nest $ under ${operator}`);
  return operand;
}

/** True for `{ $gt: 1 }`; false for an embedded document that is meant literally. */
export function isOperatorDoc(value: unknown): value is Doc {
  return isDoc(value) && firstKey(value)?.startsWith('$') === true;
}

/** MongoDB's truth: everything but false, 0, null and missing. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined || value === false) return false;
  return !isNumeric(value) || Number(value.toString()) !== 0;
}
