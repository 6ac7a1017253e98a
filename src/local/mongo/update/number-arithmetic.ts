import { Decimal128, Long } from 'bson';
import { notImplemented, StoreError } from '../errors.ts';
import type { BsonNumber } from '../values/compare-numbers.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** `$inc` and `$mul` with MongoDB's result types: int32 grows into int64, a double makes a double, int64 may not overflow. */
export function calculate(operator: '$inc' | '$mul', a: BsonNumber, b: BsonNumber): BsonNumber {
  if (a instanceof Decimal128 || b instanceof Decimal128) throw notImplemented(`${operator} with a Decimal128`);
  if (typeof a === 'number' && typeof b === 'number') {
    const result = operator === '$inc' ? a + b : a * b;
    if (!isInt32(a) || !isInt32(b)) return result;
    // An int32 has no negative zero, JS multiplication has.
    if (isInt32(result)) return result | 0;
    return Long.fromBigInt(exact(operator, BigInt(a), BigInt(b)));
  }
  if (isDouble(a) || isDouble(b)) {
    const [x, y] = [Number(a.toString()), Number(b.toString())];
    return operator === '$inc' ? x + y : x * y;
  }
  const result = exact(operator, BigInt(a.toString()), BigInt(b.toString()));
  if (result > INT64_MAX || result < INT64_MIN) {
    throw new StoreError(
      2,
      `Failed to apply ${operator} operations to current value (${a.toString()}): int64 overflow`,
    );
  }
  return Long.fromBigInt(result);
}

function exact(operator: '$inc' | '$mul', a: bigint, b: bigint): bigint {
  return operator === '$inc' ? a + b : a * b;
}

function isInt32(value: number): boolean {
  return (value | 0) === value;
}

function isDouble(value: number | Long): boolean {
  return typeof value === 'number' && !isInt32(value);
}
