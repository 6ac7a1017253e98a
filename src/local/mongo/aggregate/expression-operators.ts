import { Context, evalExpr } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import type { Options } from 'mingo/types';
import { StoreError } from '../errors.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { isNumeric } from '../values/compare-numbers.ts';

type Operator = (doc: unknown, expression: unknown, options: Options) => unknown;

/** Taken from mingo as they are: their results are MongoDB's for every value that reaches them. */
const FROM_MINGO = [
  ...['$abs', '$add', '$ceil', '$divide', '$floor', '$mod', '$multiply', '$subtract'],
  ...['$and', '$or', '$not', '$cond', '$ifNull', '$switch', '$let', '$literal'],
  ...['$concat', '$toLower', '$toUpper', '$strLenCP', '$substrCP', '$split', '$trim'],
  ...['$arrayElemAt', '$concatArrays', '$filter', '$isArray', '$map', '$reduce', '$reverseArray', '$slice'],
  ...['$mergeObjects', '$objectToArray', '$arrayToObject'],
  ...['$dateToString', '$dateAdd', '$dateSubtract', '$year', '$month', '$dayOfMonth', '$hour', '$minute', '$second'],
  ...['$toString', '$isNumber'],
] as const;

/** mingo compares by its own order and treats null and missing alike; these compare as BSON does. */
const OWN: Readonly<Record<string, Operator>> = {
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $cmp: comparison(Math.sign),
  $in: isMember,
  $size: arraySize,
  $type: (doc, expression, options) => bsonTypeOf(evalExpr(doc, single(expression), options)),
  $max: extreme(1),
  $min: extreme(-1),
  $sum: (doc, expression, options) => numbers(doc, expression, options).reduce((total, value) => total + value, 0),
  $avg: average,
  $first: (doc, expression, options) => elementAt(doc, expression, options, 0),
  $last: (doc, expression, options) => elementAt(doc, expression, options, -1),
  $setUnion: (doc, expression, options) => distinct(arrays('$setUnion', doc, expression, options).flat()),
};

function single(expression: unknown): unknown {
  return Array.isArray(expression) && expression.length === 1 ? expression[0] : expression;
}

function pair(name: string, doc: unknown, expression: unknown, options: Options): [unknown, unknown] {
  if (!Array.isArray(expression) || expression.length !== 2) {
    throw new StoreError(2, `Expression ${name} takes exactly 2 arguments`);
  }
  return [evalExpr(doc, expression[0], options), evalExpr(doc, expression[1], options)];
}

function comparison<T>(accept: (order: number) => T): Operator {
  return (doc, expression, options) => {
    const [a, b] = pair('of a comparison', doc, expression, options);
    return accept(compareValues(a, b));
  };
}

function isMember(doc: unknown, expression: unknown, options: Options): boolean {
  const [value, list] = pair('$in', doc, expression, options);
  if (!Array.isArray(list))
    throw new StoreError(2, `$in requires an array as a second argument, found: ${bsonTypeOf(list)}`);
  return list.some((member) => compareValues(member, value) === 0);
}

function arraySize(doc: unknown, expression: unknown, options: Options): number {
  const value = evalExpr(doc, single(expression), options);
  if (Array.isArray(value)) return value.length;
  throw new StoreError(2, `The argument to $size must be an array, but was of type: ${bsonTypeOf(value)}`);
}

/** One array argument stands for its elements, several arguments for themselves. */
function operands(doc: unknown, expression: unknown, options: Options): unknown[] {
  const value = evalExpr(doc, single(expression), options);
  return Array.isArray(value) ? value : [value];
}

function extreme(sign: 1 | -1): Operator {
  return (doc, expression, options) => {
    let best: unknown = null;
    for (const value of operands(doc, expression, options)) {
      if (value === null || value === undefined) continue;
      if (best === null || compareValues(value, best) * sign > 0) best = value;
    }
    return best;
  };
}

function numbers(doc: unknown, expression: unknown, options: Options): number[] {
  return operands(doc, expression, options).filter((value) => typeof value === 'number');
}

function average(doc: unknown, expression: unknown, options: Options): number | null {
  const values = numbers(doc, expression, options);
  return values.length === 0 ? null : values.reduce((total, value) => total + value, 0) / values.length;
}

function elementAt(doc: unknown, expression: unknown, options: Options, at: number): unknown {
  const value = evalExpr(doc, single(expression), options);
  if (value === null || value === undefined) return null;
  if (!Array.isArray(value))
    throw new StoreError(2, `$first's and $last's argument must be an array, but is ${bsonTypeOf(value)}`);
  return value.at(at);
}

function arrays(name: string, doc: unknown, expression: unknown, options: Options): unknown[][] {
  const values = evalExpr(doc, expression, options);
  if (!Array.isArray(values) || !values.every(Array.isArray))
    throw new StoreError(2, `All operands of ${name} must be arrays`);
  return values;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [canonicalKey(value), value])).values()].sort(compareValues);
}

function contextOperators(): Record<string, Operator> {
  const known: Readonly<Record<string, unknown>> = { ...accumulators, ...expressions };
  const chosen: Record<string, Operator> = { ...OWN };
  for (const name of FROM_MINGO) chosen[name] = known[name] as Operator;
  return chosen;
}

const OPERATORS = contextOperators();

/** What mingo evaluates expressions with: the operators above and no others. */
export const EXPRESSION_CONTEXT: Context = Context.init({ expression: OPERATORS as never });

/** True for an operator this store evaluates; every other is refused before anything runs. */
export function isExpressionOperator(name: string): boolean {
  return Object.hasOwn(OPERATORS, name);
}

/** A BSON number as a JS number, or null for anything else; for the accumulators of `$group`. */
export function toNumber(value: unknown): number | null {
  return isNumeric(value) ? Number(value.toString()) : null;
}
