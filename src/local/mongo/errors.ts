/** The error codes of MongoDB this store answers with. Names as in MongoDB's error_codes.yml. */
const CODE_NAMES = {
  1: 'InternalError',
  2: 'BadValue',
  9: 'FailedToParse',
  14: 'TypeMismatch',
  15: 'Overflow',
  16: 'InvalidLength',
  17: 'ProtocolError',
  20: 'IllegalOperation',
  26: 'NamespaceNotFound',
  27: 'IndexNotFound',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  43: 'CursorNotFound',
  48: 'NamespaceExists',
  52: 'DollarPrefixedFieldName',
  53: 'InvalidIdField',
  54: 'NotSingleValueField',
  56: 'EmptyFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  67: 'CannotCreateIndex',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  91: 'ShutdownInProgress',
  168: 'InvalidPipelineOperator',
  171: 'CannotIndexParallelArrays',
  238: 'NotImplemented',
  291: 'NoQueryExecutionPlans',
  352: 'UnsupportedOpQueryCommand',
  10334: 'BSONObjectTooLarge',
  11000: 'DuplicateKey',
  14031: 'OutOfDiskSpace',
  15975: 'Location15975',
  16410: 'Location16410',
  31249: 'Location31249',
  31253: 'Location31253',
  31254: 'Location31254',
  40228: 'Location40228',
  40324: 'Location40324',
  40414: 'IDLFailedToParse',
  40415: 'IDLUnknownField',
  40573: 'Location40573',
  51091: 'Location51091',
} as const;

export type ErrorCode = keyof typeof CODE_NAMES;

/**
 * An answer of MongoDB with `ok: 0` or one entry of `writeErrors`.
 * `fields` are the extra fields of the answer (`keyPattern`, `keyValue`).
 */
export class StoreError extends Error {
  readonly code: ErrorCode;
  readonly codeName: string;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
    this.codeName = CODE_NAMES[code];
    this.fields = fields;
  }
}

/** The refusal of something MongoDB has and this store does not: code 238, with the reason in the message. */
export function notImplemented(what: string): StoreError {
  return new StoreError(238, `${what} is not supported by the embedded store`);
}

/**
 * Turns whatever a command threw into a StoreError. A hostile document can nest so deep that recursion ends in a
 * RangeError: MongoDB calls that Overflow. What mingo refuses while it evaluates an expression is a BadValue.
 */
export function toStoreError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof RangeError) return new StoreError(15, `the document is nested too deep: ${error.message}`);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.constructor.name === 'MingoError') return new StoreError(2, message);
  return new StoreError(1, message);
}
