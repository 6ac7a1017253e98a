import type { Catalog } from '../engine/catalog.ts';
import type { Collection } from '../engine/collection.ts';
import type { Cursors } from '../engine/cursors.ts';
import { notImplemented, StoreError } from '../errors.ts';
import type { JournalWriter } from '../journal/journal-writer.ts';
import { isNumeric } from '../values/compare-numbers.ts';
import { type Doc, isDoc } from '../values/document.ts';

/** What a command works with. */
export interface CommandContext {
  catalog: Catalog;
  cursors: Cursors;
  journal: JournalWriter;
  database: string;
  /** The one time of the command: `$$NOW`, `$currentDate`. */
  now: Date;
}

/** One command of the protocol. `fields` are the arguments it knows besides those every command may have. */
export interface Command {
  fields: readonly string[] | 'any';
  run(body: Doc, context: CommandContext): Doc | Promise<Doc>;
}

const GENERIC_FIELDS = new Set(['lsid', '$db', '$readPreference', '$clusterTime', 'maxTimeMS', 'comment']);

/**
 * Refuses arguments a command does not know; nothing is ignored silently. A transaction needs a replica set, which
 * this is not, and the answer is the one a standalone MongoDB gives.
 */
export function checkArguments(name: string, body: Doc, known: ReadonlySet<string>): void {
  for (const [field, value] of Object.entries(body)) {
    if (GENERIC_FIELDS.has(field) || known.has(field)) continue;
    switch (field) {
      case 'writeConcern':
        checkWriteConcern(value);
        break;
      case 'readConcern':
        checkReadConcern(value);
        break;
      case 'collation':
        checkCollation(value);
        break;
      case 'let':
        if (!isDoc(value) || Object.keys(value).length > 0) throw notImplemented('the argument let');
        break;
      case 'txnNumber':
      case 'startTransaction':
      case 'autocommit':
        throw new StoreError(20, 'Transaction numbers are only allowed on a replica set member or mongos');
      default:
        throw new StoreError(40415, `BSON field '${name}.${field}' is an unknown field.`);
    }
  }
}

function checkWriteConcern(value: unknown): void {
  if (!isDoc(value)) throw new StoreError(14, 'writeConcern must be a document');
  const { w } = value;
  if (typeof w === 'number' && w > 1) throw new StoreError(2, "cannot use 'w' > 1 when a host is not replicated");
  if (typeof w === 'string' && w !== 'majority') throw new StoreError(2, `no write concern mode named '${w}' found`);
}

function checkReadConcern(value: unknown): void {
  const level = isDoc(value) ? (value.level ?? 'local') : undefined;
  if (level === 'local' || level === 'available' || level === 'majority') return;
  throw notImplemented(`the read concern ${String(level)}`);
}

/** Only the simple collation, which is what happens without one. */
export function checkCollation(value: unknown): void {
  if (value === undefined || (isDoc(value) && value.locale === 'simple' && Object.keys(value).length === 1)) return;
  throw notImplemented('a collation');
}

/** The collection a command names, as text. */
export function collectionName(body: Doc, command: string): string {
  const name = body[command];
  if (typeof name !== 'string' || name === '') {
    throw new StoreError(73, `collection name has invalid type ${typeof name} or is empty`);
  }
  return name;
}

/** The collection a command names, or undefined when it was never written to. */
export function findCollection(
  body: Doc,
  command: string,
  { catalog, database }: CommandContext,
): Collection | undefined {
  return catalog.get(database, collectionName(body, command));
}

/** An optional whole number of at least 0. */
export function wholeNumber(name: string, value: unknown, fallback: number): number {
  if (value === undefined || value === null) return fallback;
  const number = isNumeric(value) ? Number(value.toString()) : Number.NaN;
  if (Number.isInteger(number) && number >= 0) return number;
  const code = Number.isNaN(number) ? 14 : 2;
  throw new StoreError(code, `BSON field '${name}' value must be >= 0, actual value '${String(value)}'`);
}

/** An optional flag; MongoDB takes numbers for booleans too. */
export function flag(name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value === 'boolean') return value;
  if (isNumeric(value)) return Number(value.toString()) !== 0;
  throw new StoreError(14, `BSON field '${name}' is the wrong type, expected a boolean`);
}

/** An optional document. */
export function optionalDoc(name: string, value: unknown): Doc {
  if (value === undefined || value === null) return {};
  if (!isDoc(value)) throw new StoreError(14, `BSON field '${name}' is the wrong type, expected type 'object'`);
  return value;
}

/** A list of documents that must be there. */
export function docList(name: string, value: unknown): Doc[] {
  if (!Array.isArray(value) || !value.every(isDoc)) {
    throw new StoreError(14, `BSON field '${name}' is the wrong type, expected an array of objects`);
  }
  return value;
}
