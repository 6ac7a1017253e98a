import { BSONRegExp } from 'bson';
import { StoreError } from '../errors.ts';
import { bsonTypeOf, typeRank } from '../values/bson-type.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { compareValues } from '../values/compare.ts';
import { type BsonNumber, isNumeric } from '../values/compare-numbers.ts';
import type { PathTest } from './path.ts';
import { toRegExp } from './to-regexp.ts';

/** `$eq`: null also means missing, a regular expression also matches the strings it describes. */
export function equals(operand: unknown): PathTest {
  if (operand === null) return (value) => value === null || value === undefined;
  if (typeof operand === 'string' || typeof operand === 'boolean') return (value) => value === operand;
  if (operand instanceof BSONRegExp) {
    const regex = toRegExp(operand.pattern, operand.options);
    return (value) => (typeof value === 'string' ? regex.test(value) : compareValues(value, operand) === 0);
  }
  return (value) => value !== undefined && compareValues(value, operand) === 0;
}

/** `$gt`, `$gte`, `$lt`, `$lte`: only values of the operand's type bracket match; NaN is only ever equal to NaN. */
export function ordered(operator: '$gt' | '$gte' | '$lt' | '$lte', operand: unknown): PathTest {
  if (operand instanceof BSONRegExp)
    throw new StoreError(2, `Can't have RegEx as arg to predicate over field: ${operator}`);
  const inclusive = operator === '$gte' || operator === '$lte';
  if (operand === null) return inclusive ? equals(null) : () => false;
  if (Number.isNaN(operand)) return inclusive ? (value) => Number.isNaN(value) : () => false;
  const rank = typeRank(operand);
  if (rank === 0 || rank === 127) {
    const accept = orderTest(operator);
    return (value) => value !== undefined && accept(compareValues(value, operand));
  }
  const accept = orderTest(operator);
  return (value) => typeRank(value) === rank && !Number.isNaN(value) && accept(compareValues(value, operand));
}

function orderTest(operator: '$gt' | '$gte' | '$lt' | '$lte'): (order: number) => boolean {
  switch (operator) {
    case '$gt':
      return (order) => order > 0;
    case '$gte':
      return (order) => order >= 0;
    case '$lt':
      return (order) => order < 0;
    case '$lte':
      return (order) => order <= 0;
  }
}

/** `$in`: one hash lookup for plain members, a scan only for regular expressions. */
export function isIn(members: readonly unknown[]): PathTest {
  const keys = new Set<string>();
  const regexes: PathTest[] = [];
  let withNull = false;
  for (const member of members) {
    if (member === null) withNull = true;
    if (member instanceof BSONRegExp) regexes.push(equals(member));
    keys.add(canonicalKey(member));
  }
  return (value) => {
    if (value === undefined) return withNull;
    return keys.has(canonicalKey(value)) || regexes.some((test) => test(value));
  };
}

const TYPE_NUMBERS: Readonly<Record<number, string>> = {
  [-1]: 'minKey',
  1: 'double',
  2: 'string',
  3: 'object',
  4: 'array',
  5: 'binData',
  7: 'objectId',
  8: 'bool',
  9: 'date',
  10: 'null',
  11: 'regex',
  13: 'javascript',
  14: 'symbol',
  16: 'int',
  17: 'timestamp',
  18: 'long',
  19: 'decimal',
  127: 'maxKey',
};
const TYPE_NAMES = new Set([...Object.values(TYPE_NUMBERS), 'number']);

/** `$type`, by name or number, one or several. */
export function hasType(operand: unknown): PathTest {
  const wanted = new Set((Array.isArray(operand) ? operand : [operand]).map(typeName));
  return (value) => {
    const type = bsonTypeOf(value);
    return wanted.has(type) || (wanted.has('number') && typeRank(value) === 10);
  };
}

function typeName(alias: unknown): string {
  if (typeof alias === 'number') {
    const name = TYPE_NUMBERS[alias];
    if (name === undefined) throw new StoreError(2, `Invalid numerical type code: ${alias}`);
    return name;
  }
  if (typeof alias !== 'string') throw new StoreError(14, 'type must be represented as a number or a string');
  if (!TYPE_NAMES.has(alias)) throw new StoreError(2, `Unknown type name alias: ${alias}`);
  return alias;
}

/** `$mod: [divisor, remainder]`, truncating towards zero as MongoDB does. */
export function modulo(operand: unknown): PathTest {
  if (!Array.isArray(operand) || operand.length !== 2) {
    throw new StoreError(2, 'malformed mod, needs to be an array of two numbers');
  }
  const [divisor, remainder] = operand.map(toInteger) as [bigint, bigint];
  if (divisor === 0n) throw new StoreError(2, 'divisor cannot be 0');
  return (value) => {
    if (!isNumeric(value) || !Number.isFinite(Number(value.toString()))) return false;
    return toInteger(value) % divisor === remainder;
  };
}

function toInteger(value: unknown): bigint {
  if (!isNumeric(value)) throw new StoreError(2, 'malformed mod, divisor and remainder must be numbers');
  return truncated(value);
}

function truncated(value: BsonNumber): bigint {
  return typeof value === 'object' && 'toBigInt' in value
    ? value.toBigInt()
    : BigInt(Math.trunc(Number(value.toString())));
}
