import { Context, evalExpr } from 'mingo/core';
import * as accumulators from 'mingo/operators/accumulator';
import * as expressions from 'mingo/operators/expression';
import type { Options } from 'mingo/types';
import { notImplemented, StoreError } from '../errors.ts';
import { isTrue } from '../query/compile-filter.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { compareValues } from '../values/compare.ts';
import { type Doc, isDoc } from '../values/document.ts';

type Operator = (doc: unknown, expression: unknown, options: Options) => unknown;

/** Taken from mingo: compared with a real engine over thousands of operands, these answer the same or refuse. */
const FROM_MINGO = [
  ...['$abs', '$ceil', '$divide', '$floor', '$subtract'],
  ...['$and', '$or', '$cond', '$ifNull', '$switch', '$let', '$literal', '$strLenCP', '$trim', '$toString', '$isNumber'],
  ...['$arrayElemAt', '$concatArrays', '$filter', '$isArray', '$map', '$reduce', '$reverseArray'],
  ...['$objectToArray', '$arrayToObject', '$dateToString'],
] as const;

/** Where mingo's answers are not MongoDB's: it compares by its own order and lets wrong types pass. */
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
  $type: (doc, expression, options) => bsonTypeOf(evalExpr(doc, expression, options)),
  $max: extreme(1),
  $min: extreme(-1),
  $sum: (doc, expression, options) => numbers(doc, expression, options).reduce((total, value) => total + value, 0),
  $avg: average,
  $first: (doc, expression, options) => elementAt(doc, expression, options, 0),
  $last: (doc, expression, options) => elementAt(doc, expression, options, -1),
  $not: (doc, expression, options) => !isTrue(evalExpr(doc, expression, options)),
  $add: add,
  $multiply: multiply,
  $mod: modulo,
  $concat: concat,
  $toLower: changeCase('$toLower', /[A-Z]+/g, (text) => text.toLowerCase()),
  $toUpper: changeCase('$toUpper', /[a-z]+/g, (text) => text.toUpperCase()),
  $slice: slice,
  $mergeObjects: mergeObjects,
};

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
  const value = evalExpr(doc, expression, options);
  if (Array.isArray(value)) return value.length;
  throw new StoreError(2, `The argument to $size must be an array, but was of type: ${bsonTypeOf(value)}`);
}

/** One array argument stands for its elements, several arguments for themselves. */
function operands(doc: unknown, expression: unknown, options: Options): unknown[] {
  const value = evalExpr(doc, expression, options);
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
  const value = evalExpr(doc, expression, options);
  if (value === null || value === undefined) return null;
  if (!Array.isArray(value))
    throw new StoreError(2, `$first's and $last's argument must be an array, but is ${bsonTypeOf(value)}`);
  return value.at(at);
}

function evaluateAll(doc: unknown, expression: unknown, options: Options): unknown[] {
  return (Array.isArray(expression) ? expression : [expression]).map((one) => evalExpr(doc, one, options));
}

function isNullish(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Of numbers and at most one date; one operand that is null makes null, one of another type is an error. */
function add(doc: unknown, expression: unknown, options: Options): number | Date | null {
  const operands = evaluateAll(doc, expression, options);
  const dates = operands.filter((value) => value instanceof Date);
  if (dates.length > 1) throw new StoreError(2, 'only one date allowed in an $add expression');
  const total = accumulate('$add', operands, 0, (sum, value) => sum + value);
  return total === null || dates.length === 0 ? total : new Date(Math.round(total));
}

function multiply(doc: unknown, expression: unknown, options: Options): number | null {
  const operands = evaluateAll(doc, expression, options);
  if (operands.some((value) => value instanceof Date))
    throw new StoreError(14, '$multiply only supports numeric types, not date');
  return accumulate('$multiply', operands, 1, (product, value) => product * value);
}

function accumulate(
  name: string,
  operands: unknown[],
  start: number,
  step: (a: number, b: number) => number,
): number | null {
  const numbers: number[] = [];
  for (const value of operands) {
    if (isNullish(value)) continue;
    if (typeof value !== 'number' && !(value instanceof Date)) {
      throw new StoreError(14, `${name} only supports numeric or date types, not ${bsonTypeOf(value)}`);
    }
    numbers.push(Number(value));
  }
  return numbers.length < operands.length ? null : numbers.reduce(step, start);
}

function modulo(doc: unknown, expression: unknown, options: Options): number | null {
  const [a, b] = pair('$mod', doc, expression, options);
  if (isNullish(a) || isNullish(b)) return null;
  if (typeof a !== 'number' || typeof b !== 'number') throw new StoreError(2, '$mod only supports numeric types');
  if (b === 0) throw new StoreError(2, "can't $mod by zero");
  return a % b;
}

function concat(doc: unknown, expression: unknown, options: Options): string | null {
  let text = '';
  for (const part of evaluateAll(doc, expression, options)) {
    if (isNullish(part)) return null;
    if (typeof part !== 'string') throw new StoreError(2, `$concat only supports strings, not ${bsonTypeOf(part)}`);
    text += part;
  }
  return text;
}

/** MongoDB changes the case of ASCII letters only, and makes an empty text of null. */
function changeCase(name: string, letters: RegExp, change: (text: string) => string): Operator {
  return (doc, expression, options) => {
    const value = evalExpr(doc, expression, options);
    if (isNullish(value)) return '';
    if (typeof value !== 'string') throw notImplemented(`${name} of a value of type ${bsonTypeOf(value)}`);
    return value.replace(letters, change);
  };
}

function slice(doc: unknown, expression: unknown, options: Options): unknown[] | null {
  const [list, ...numbers] = evaluateAll(doc, expression, options);
  if (numbers.length < 1 || numbers.length > 2) throw new StoreError(2, 'Expression $slice takes 2 or 3 arguments');
  if ([list, ...numbers].some(isNullish)) return null;
  if (!Array.isArray(list))
    throw new StoreError(2, `First argument to $slice must be an array, but is ${bsonTypeOf(list)}`);
  if (!numbers.every(Number.isInteger)) throw new StoreError(2, 'the arguments of $slice must be whole numbers');
  const [first, count] = numbers as number[] as [number, number | undefined];
  if (count === undefined) return first < 0 ? list.slice(first) : list.slice(0, first);
  if (count <= 0) throw new StoreError(2, `Third argument to $slice must be positive: ${count}`);
  const start = first < 0 ? Math.max(0, list.length + first) : first;
  return list.slice(start, start + count);
}

function mergeObjects(doc: unknown, expression: unknown, options: Options): Doc {
  let merged: Doc = {};
  for (const part of evaluateAll(doc, expression, options)) {
    if (isNullish(part)) continue;
    if (!isDoc(part))
      throw new StoreError(2, `$mergeObjects requires object inputs, but input is of type ${bsonTypeOf(part)}`);
    merged = { ...merged, ...part };
  }
  return merged;
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

const UNARY = new Set(
  `$abs $ceil $floor $not $strLenCP $toString $isNumber $toLower $toUpper $isArray $reverseArray $objectToArray
  $arrayToObject $size $type $first $last $max $min $sum $avg`.split(/\s+/),
);
const VARIADIC = new Set('$add $multiply $and $or $concat $concatArrays $mergeObjects'.split(' '));

/** One argument may be written with or without brackets; here each operator gets it in the form it expects. */
export function normalizeArguments(operator: string, operand: unknown): unknown {
  if (UNARY.has(operator)) return Array.isArray(operand) && operand.length === 1 ? operand[0] : operand;
  return VARIADIC.has(operator) && !Array.isArray(operand) ? [operand] : operand;
}

/** What a date may be formatted as; mingo numbers days and weeks in its own way. */
const DATE_FORMAT = /^(?:[^%]|%[YmdHMSLzZ%j])*$/;

/** Refuses uses of an operator in which mingo's answer would not be MongoDB's. */
export function checkUse(operator: string, operand: unknown): void {
  if (!isDoc(operand)) return;
  if (operator === '$switch' && !('default' in operand)) throw notImplemented('a $switch without default');
  if (operator === '$dateToString' && operand.format !== undefined) {
    const { format } = operand;
    if (typeof format !== 'string' || !DATE_FORMAT.test(format)) throw notImplemented('this format of $dateToString');
  }
}
