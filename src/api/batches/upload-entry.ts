import type { FieldError } from '../../shared/errors/app-error.ts';

/** One item of an upload as it was read: a value that is still to be checked, or why there is none. */
export type UploadEntry = {
  /** Of NDJSON, from 1. */
  readonly line: number | null;
  /** Of the item as it was sent, about. */
  readonly bytes: number;
} & ({ readonly value: unknown } | { readonly problem: Omit<FieldError, 'line' | 'pointer'> });
