import { notImplemented, StoreError } from '../errors.ts';
import { canonicalKey } from '../values/canonical-key.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, isDoc } from '../values/document.ts';

/** An index as it was asked for; everything optional is absent when it was not given. */
export interface IndexSpec {
  name: string;
  key: Readonly<Record<string, 1 | -1>>;
  unique: boolean;
  sparse: boolean;
  partialFilterExpression: Doc | null;
  expireAfterSeconds: number | null;
}

export const ID_INDEX: IndexSpec = {
  name: '_id_',
  key: { _id: 1 },
  unique: true,
  sparse: false,
  partialFilterExpression: null,
  expireAfterSeconds: null,
};

const MAX_TTL_SECONDS = 2 ** 31 - 1;

/** Checks one entry of `createIndexes`; throws MongoDB's error for what is wrong or not supported. */
export function parseIndexSpec(input: unknown): IndexSpec {
  if (!isDoc(input)) throw new StoreError(14, "the elements of the 'indexes' array must be objects");
  const { key, name, unique, sparse, partialFilterExpression, expireAfterSeconds, v, background, ...rest } = input;
  const [unknown] = Object.keys(rest).filter((option) => option !== 'ns');
  if (unknown !== undefined) throw unknownOption(unknown, rest[unknown]);
  if (v !== undefined && Number(v) !== 2) throw new StoreError(67, `Invalid index version: ${String(v)}`);
  if (background !== undefined && typeof background !== 'boolean') throw notABoolean('background');
  if (!isDoc(key)) throw new StoreError(9, "Missing field 'key' in the index specification");
  if (typeof name !== 'string' || name === '')
    throw new StoreError(9, "Missing field 'name' in the index specification");
  const spec: IndexSpec = {
    name,
    key: parseKey(key),
    unique: flag('unique', unique),
    sparse: flag('sparse', sparse),
    partialFilterExpression: parsePartialFilter(partialFilterExpression),
    expireAfterSeconds: parseTtl(expireAfterSeconds),
  };
  if (spec.sparse && spec.partialFilterExpression !== null) {
    throw new StoreError(67, "cannot mix 'partialFilterExpression' and 'sparse' options");
  }
  if (spec.expireAfterSeconds !== null && Object.keys(spec.key).length > 1) {
    throw new StoreError(67, 'TTL indexes are single-field indexes, compound indexes do not support TTL');
  }
  return spec;
}

function parseKey(key: Doc): Record<string, 1 | -1> {
  const entries = Object.entries(key);
  if (entries.length === 0) throw new StoreError(67, 'Index keys cannot be empty.');
  if (entries.length > 32) throw new StoreError(67, 'Index keys cannot have more than 32 fields.');
  const parsed: Record<string, 1 | -1> = {};
  for (const [path, value] of entries) {
    if (typeof value === 'string') throw notImplemented(`an index of type ${value}`);
    const direction = isNumeric(value) ? Number(value.toString()) : Number.NaN;
    if (!(direction > 0 || direction < 0)) {
      throw new StoreError(67, `Values in v:2 index key pattern must be non-zero numbers: ${path}`);
    }
    if (path === '' || path.split('.').includes('')) throw new StoreError(67, 'Index keys cannot be an empty field.');
    if (path.startsWith('$') || path.includes('.$')) {
      if (path.includes('$**')) throw notImplemented('a wildcard index');
      throw new StoreError(67, `Index key contains an illegal field name: field name starts with '$'.`);
    }
    parsed[path] = direction > 0 ? 1 : -1;
  }
  return parsed;
}

const PARTIAL_OPERATORS = new Set(['$eq', '$exists', '$gt', '$gte', '$lt', '$lte', '$type', '$in']);

function parsePartialFilter(filter: unknown): Doc | null {
  if (filter === undefined) return null;
  if (!isDoc(filter)) throw new StoreError(67, "'partialFilterExpression' must be a document");
  checkPartialFilter(filter);
  return filter;
}

function checkPartialFilter(filter: Doc): void {
  for (const [key, operand] of Object.entries(filter)) {
    if ((key === '$and' || key === '$or') && Array.isArray(operand)) {
      for (const branch of operand) if (isDoc(branch)) checkPartialFilter(branch);
    } else if (key.startsWith('$')) {
      throw unsupportedInPartial(key);
    } else if (isDoc(operand)) {
      for (const [operator, value] of Object.entries(operand)) {
        if (!operator.startsWith('$')) continue;
        if (!PARTIAL_OPERATORS.has(operator)) throw unsupportedInPartial(operator);
        if (operator === '$exists' && value !== true) throw unsupportedInPartial('$exists: false');
      }
    }
  }
}

function unsupportedInPartial(what: string): StoreError {
  return new StoreError(67, `Expression not supported in partial index: ${what}`);
}

function parseTtl(seconds: unknown): number | null {
  if (seconds === undefined) return null;
  const value = isNumeric(seconds) ? Number(seconds.toString()) : Number.NaN;
  if (!(value >= 0 && value <= MAX_TTL_SECONDS)) {
    throw new StoreError(67, `TTL index 'expireAfterSeconds' must be a number between 0 and ${MAX_TTL_SECONDS}`);
  }
  return Math.trunc(value);
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  if (isNumeric(value)) return Number(value.toString()) !== 0;
  throw notABoolean(name);
}

function notABoolean(name: string): StoreError {
  return new StoreError(14, `The field '${name}' has to be a boolean`);
}

function unknownOption(option: string, value: unknown): StoreError {
  const known = ['collation', 'weights', 'default_language', 'language_override', 'textIndexVersion', 'hidden'];
  known.push('storageEngine', 'bits', 'min', 'max', '2dsphereIndexVersion', 'wildcardProjection', 'prepareUnique');
  if (option === 'collation' && isDoc(value) && value.locale === 'simple') {
    return notImplemented('the index option collation, even the simple one,');
  }
  if (known.includes(option)) return notImplemented(`the index option ${option}`);
  return new StoreError(72, `The field '${option}' is not valid for an index specification`);
}

/** Whether an index that exists answers a new request: `same` is a no-op, else the conflict MongoDB reports, or `none`. */
export function compareSpecs(existing: IndexSpec, wanted: IndexSpec): 'same' | 'none' | StoreError {
  const sameKey = keyText(existing.key) === keyText(wanted.key);
  const sameOptions = optionsText(existing) === optionsText(wanted);
  if (existing.name === wanted.name) {
    if (sameKey && sameOptions) return 'same';
    return new StoreError(
      86,
      `An existing index has the same name as the requested index. When index names are not specified, they are auto generated and can cause conflicts. Please refer to our documentation. Requested index: ${wanted.name}, existing index: ${existing.name}`,
    );
  }
  if (!sameKey) return 'none';
  const samePartial = partialText(existing) === partialText(wanted);
  // Two indexes on one key may differ by their partial filter, unique or sparse, but not by name or expiry alone.
  const distinguishable = !samePartial || existing.unique !== wanted.unique || existing.sparse !== wanted.sparse;
  if (distinguishable) return 'none';
  return new StoreError(85, `Index already exists with a different name: ${existing.name}`);
}

function keyText(key: IndexSpec['key']): string {
  return JSON.stringify(Object.entries(key));
}

function partialText(spec: IndexSpec): string {
  return canonicalKey(spec.partialFilterExpression);
}

function optionsText(spec: IndexSpec): string {
  return `${spec.unique}|${spec.sparse}|${spec.expireAfterSeconds}|${partialText(spec)}`;
}

/** The index as `listIndexes` shows it and as the journal keeps it. */
export function describeIndex(spec: IndexSpec): Doc {
  return {
    v: 2,
    key: { ...spec.key },
    name: spec.name,
    ...(spec.unique && spec.name !== '_id_' ? { unique: true } : {}),
    ...(spec.sparse ? { sparse: true } : {}),
    ...(spec.partialFilterExpression === null ? {} : { partialFilterExpression: spec.partialFilterExpression }),
    ...(spec.expireAfterSeconds === null ? {} : { expireAfterSeconds: spec.expireAfterSeconds }),
  };
}
