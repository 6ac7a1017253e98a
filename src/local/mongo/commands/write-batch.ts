import { StoreError, toStoreError } from '../errors.ts';
import type { Doc } from '../values/document.ts';

export const MAX_WRITE_BATCH = 100_000;

/**
 * Runs the statements of a write command. An error becomes an entry of `writeErrors` and ends an ordered batch; the
 * statements before it stay.
 */
export function runBatch(
  statements: readonly Doc[],
  ordered: boolean,
  run: (statement: Doc, index: number) => void,
): Doc {
  if (statements.length === 0 || statements.length > MAX_WRITE_BATCH) {
    throw new StoreError(
      16,
      `Write batch sizes must be between 1 and ${MAX_WRITE_BATCH}. Got ${statements.length} operations.`,
    );
  }
  const writeErrors: Doc[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      run(statement, index);
    } catch (error) {
      const { code, message, fields } = toStoreError(error);
      if (code === 14031) throw error;
      writeErrors.push({ index, code, errmsg: message, ...fields });
      if (ordered) break;
    }
  }
  return writeErrors.length === 0 ? {} : { writeErrors };
}

/** Refuses arguments of one statement that are not known. */
export function checkStatement(name: string, statement: Doc, known: readonly string[]): void {
  for (const field of Object.keys(statement)) {
    if (!known.includes(field)) throw new StoreError(40415, `BSON field '${name}.${field}' is an unknown field.`);
  }
}
