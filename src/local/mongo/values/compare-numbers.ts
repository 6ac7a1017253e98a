import { Decimal128, Long } from 'bson';

export type BsonNumber = number | Long | Decimal128;

/** True for every BSON number: JS numbers, Long and Decimal128. */
export function isNumeric(value: unknown): value is BsonNumber {
  return (
    typeof value === 'number' ||
    (value instanceof Long && (value as { _bsontype: string })._bsontype === 'Long') ||
    value instanceof Decimal128
  );
}

/** Exact comparison across the number types; NaN is equal to itself and below every other number. */
export function compareNumbers(a: BsonNumber, b: BsonNumber): number {
  if (typeof a === 'number' && typeof b === 'number') {
    if (a < b) return -1;
    if (a > b) return 1;
    if (a === b) return 0;
    return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
  }
  const special = compareSpecial(toSpecial(a), toSpecial(b));
  if (special !== null) return special;
  if (!(a instanceof Decimal128) && !(b instanceof Decimal128)) {
    const x = a instanceof Long ? a.toBigInt() : a;
    const y = b instanceof Long ? b.toBigInt() : b;
    return x < y ? -1 : x > y ? 1 : 0;
  }
  const [p, q] = toFraction(a);
  const [r, s] = toFraction(b);
  const left = p * s;
  const right = r * q;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** NaN and the infinities as JS numbers; null for every finite value. */
function toSpecial(value: BsonNumber): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : value;
  if (value instanceof Long) return null;
  const text = value.toString();
  if (text === 'NaN') return Number.NaN;
  if (text === 'Infinity') return Number.POSITIVE_INFINITY;
  return text === '-Infinity' ? Number.NEGATIVE_INFINITY : null;
}

function compareSpecial(a: number | null, b: number | null): number | null {
  if (a === null && b === null) return null;
  return compareNumbers(a ?? 0, b ?? 0);
}

/** A finite number as an exact fraction; the denominator is positive. */
function toFraction(value: BsonNumber): [bigint, bigint] {
  if (value instanceof Long) return [value.toBigInt(), 1n];
  if (typeof value === 'number') {
    let scaled = value;
    let shift = 0n;
    while (!Number.isInteger(scaled)) {
      scaled *= 2;
      shift += 1n;
    }
    return [BigInt(scaled), 1n << shift];
  }
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:E([+-]?\d+))?$/i.exec(value.toString());
  if (match === null) throw new TypeError(`not a finite Decimal128: ${value.toString()}`);
  const [, sign, whole = '0', fraction = '', exponentText = '0'] = match;
  const digits = BigInt(`${sign}${whole}${fraction}`);
  const exponent = BigInt(exponentText) - BigInt(fraction.length);
  return exponent >= 0n ? [digits * 10n ** exponent, 1n] : [digits, 10n ** -exponent];
}

/** A text that is the same for two numbers exactly when they compare as equal. */
export function numberKey(value: BsonNumber): string {
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return `${value === 0 ? 0 : value}`;
    return Number.isInteger(value) ? BigInt(value).toString() : `${value}`;
  }
  if (value instanceof Long) return value.toString();
  const special = toSpecial(value);
  if (special !== null) return `${special}`;
  const [numerator, denominator] = toFraction(value);
  if (numerator % denominator === 0n) return (numerator / denominator).toString();
  const nearest = Number(value.toString());
  if (compareNumbers(value, nearest) === 0) return `${nearest}`;
  const divisor = gcd(numerator < 0n ? -numerator : numerator, denominator);
  return `${numerator / divisor}/${denominator / divisor}`;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
