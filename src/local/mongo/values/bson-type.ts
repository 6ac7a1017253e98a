import { BSONRegExp, BSONSymbol, Code, Decimal128, Long, MaxKey, MinKey, ObjectId, Timestamp } from 'bson';

/** The type names of `$type`, with `missing` for no value at all. */
type BsonTypeName =
  | 'missing'
  | 'minKey'
  | 'null'
  | 'int'
  | 'double'
  | 'long'
  | 'decimal'
  | 'string'
  | 'symbol'
  | 'object'
  | 'array'
  | 'binData'
  | 'objectId'
  | 'bool'
  | 'date'
  | 'timestamp'
  | 'regex'
  | 'javascript'
  | 'maxKey';

/**
 * The BSON type of a value. A JS number is `int` when it is integral and fits 32 bits and `double` otherwise, which is
 * how the driver encodes it; a double that happens to be integral is therefore an `int` here.
 */
export function bsonTypeOf(value: unknown): BsonTypeName {
  switch (typeof value) {
    case 'undefined':
      return 'missing';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return (value | 0) === value ? 'int' : 'double';
    default:
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  return bsonClassType(value);
}

function bsonClassType(value: unknown): BsonTypeName {
  if (value instanceof ObjectId) return 'objectId';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Long) return 'long';
  if (value instanceof Decimal128) return 'decimal';
  if (value instanceof BSONRegExp) return 'regex';
  if (value instanceof MinKey) return 'minKey';
  if (value instanceof MaxKey) return 'maxKey';
  if (value instanceof BSONSymbol) return 'symbol';
  if (value instanceof Code) return 'javascript';
  if (value instanceof Uint8Array) return 'binData';
  return (value as { _bsontype?: unknown })._bsontype === 'Binary' ? 'binData' : 'object';
}

const RANKS: Readonly<Record<BsonTypeName, number>> = {
  minKey: 0,
  missing: 2,
  null: 5,
  int: 10,
  double: 10,
  long: 10,
  decimal: 10,
  string: 15,
  symbol: 15,
  object: 20,
  array: 25,
  binData: 30,
  objectId: 35,
  bool: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  javascript: 60,
  maxKey: 127,
};

/** A place in the order just below (`-0.5`) or above (`+0.5`) all values of one type bracket; only index bounds hold it. */
export class BracketEdge {
  readonly rank: number;

  constructor(rank: number) {
    this.rank = rank;
  }
}

/** The type bracket of a value in BSON's comparison order; values of different brackets never compare as equal. */
export function typeRank(value: unknown): number {
  if (typeof value === 'string') return 15;
  if (typeof value === 'number') return 10;
  if (value instanceof BracketEdge) return value.rank;
  return RANKS[bsonTypeOf(value)];
}
