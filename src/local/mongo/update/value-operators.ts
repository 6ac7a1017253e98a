import { Long, Timestamp } from 'bson';
import { notImplemented, StoreError } from '../errors.ts';
import { bsonTypeOf } from '../values/bson-type.ts';
import { compareValues } from '../values/compare.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { isDoc } from '../values/document.ts';
import { type Leaf, UNCHANGED } from './apply-at-path.ts';
import { calculate } from './number-arithmetic.ts';

/** `$inc` and `$mul`. A missing field counts as 0 of the operand's type. */
export function arithmetic(operator: '$inc' | '$mul', path: string, operand: unknown): Leaf {
  if (!isNumeric(operand)) {
    const verb = operator === '$inc' ? 'increment' : 'multiply';
    throw new StoreError(14, `Cannot ${verb} with non-numeric argument: {${path}: ${String(operand)}}`);
  }
  return (current, exists) => {
    if (!exists) return operator === '$inc' ? operand : calculate('$mul', operand, 0);
    if (isNumeric(current)) return calculate(operator, current, operand);
    throw new StoreError(
      14,
      `Cannot apply ${operator} to a value of non-numeric type. The document has the field '${path}' of non-numeric type ${bsonTypeOf(current)}`,
    );
  };
}

/** `$max` and `$min`, in BSON's order across types. */
export function extreme(operator: '$max' | '$min', operand: unknown): Leaf {
  const sign = operator === '$max' ? 1 : -1;
  return (current, exists) => (exists && compareValues(operand, current) * sign <= 0 ? UNCHANGED : operand);
}

/** `$currentDate`: a date by default, a timestamp when asked for. */
export function currentDate(path: string, operand: unknown, now: Date): Leaf {
  const type = isDoc(operand) ? operand.$type : operand;
  if (typeof type === 'boolean' || type === 'date') return () => now;
  if (type === 'timestamp') return () => new Timestamp({ t: Math.floor(now.getTime() / 1000), i: 1 });
  throw new StoreError(2, `${path}: $currentDate needs a boolean or { $type: 'date' | 'timestamp' }`);
}

/** `$bit` with one or more of `and`, `or`, `xor`, on int32. */
export function bit(path: string, operand: unknown): Leaf {
  if (!isDoc(operand)) throw new StoreError(2, 'The $bit modifier is not compatible with a non-document');
  const steps = Object.entries(operand).map(([name, value]) => {
    if (!['and', 'or', 'xor'].includes(name)) {
      throw new StoreError(2, `The $bit modifier only supports 'and', 'or', and 'xor', not '${name}'`);
    }
    return { name, value: requireInt32(path, value) };
  });
  return (current, exists) => {
    let result = exists ? requireInt32(path, current) : 0;
    for (const { name, value } of steps) {
      result = name === 'and' ? result & value : name === 'or' ? result | value : result ^ value;
    }
    return result;
  };
}

function requireInt32(path: string, value: unknown): number {
  if (typeof value === 'number' && (value | 0) === value) return value;
  if (value instanceof Long) throw notImplemented('$bit on an int64');
  throw new StoreError(2, `Cannot apply $bit to a value of non-integral type: ${path} has type ${bsonTypeOf(value)}`);
}
