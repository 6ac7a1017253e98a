import { type BatchItem, batchItemSchema } from '../../shared/domain/batch.ts';
import { AppError, type FieldError } from '../../shared/errors/app-error.ts';
import { checkJsonShape } from '../body/check-json-shape.ts';
import { toFieldErrors } from '../to-field-errors.ts';
import type { UploadEntry } from './upload-entry.ts';

export type CheckedItem =
  | { readonly ok: true; readonly item: BatchItem }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** A problem of one item, as the answer names its place: by line, or by the place in `items`. */
export function itemError(
  { line }: Pick<UploadEntry, 'line'>,
  index: number,
  error: Omit<FieldError, 'line'>,
): FieldError {
  return line === null ? { ...error, pointer: `/items/${index}${error.pointer}` } : { ...error, line };
}

/** What a single JSON body is checked for, for one item. */
export function checkItem(entry: UploadEntry, index: number): CheckedItem {
  if ('problem' in entry) return { ok: false, errors: [itemError(entry, index, { pointer: '', ...entry.problem })] };
  const { value } = entry;
  const shape = typeof value === 'object' && value !== null ? shapeErrors(value) : [];
  if (shape.length > 0) return { ok: false, errors: shape.map((error) => itemError(entry, index, error)) };
  const parsed = batchItemSchema.safeParse(value);
  if (parsed.success) return { ok: true, item: parsed.data };
  const errors = toFieldErrors(parsed.error.issues, value, 'body');
  return { ok: false, errors: errors.map((error) => itemError(entry, index, error)) };
}

function shapeErrors(value: object): readonly FieldError[] {
  try {
    checkJsonShape(value);
    return [];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.details.errors ?? [{ pointer: '', code: error.code, message: error.message }];
  }
}
