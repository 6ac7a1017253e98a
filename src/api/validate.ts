import type { z } from 'zod';
import { AppError, type FieldError } from '../shared/errors/app-error.ts';
import { toFieldErrors } from './to-field-errors.ts';

/** Path parameters. @throws AppError not_found: no database is asked about an id that cannot exist. */
export function parseParams<S extends z.ZodType>(schema: S, params: unknown): z.output<S> {
  const parsed = schema.safeParse(params);
  if (!parsed.success) throw new AppError('not_found', { detail: 'The path holds an id that does not exist.' });
  return parsed.data;
}

/** The query string of `url`. @throws AppError validation_failed for unknown, repeated and wrong parameters */
export function parseQuery<S extends z.ZodType>(schema: S, url: string): z.output<S> {
  const mark = url.indexOf('?');
  const values: Record<string, string> = Object.create(null);
  const repeated: FieldError[] = [];
  if (mark !== -1) {
    for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) {
      if (name in values)
        repeated.push({ pointer: `query/${name}`, code: 'repeated_parameter', message: 'may be given once' });
      else values[name] = value;
    }
  }
  if (repeated.length > 0) throw invalid(repeated);
  const parsed = schema.safeParse({ ...values });
  if (!parsed.success) throw invalid(toFieldErrors(parsed.error.issues, values, 'query'));
  return parsed.data;
}

/** A JSON body. @throws AppError validation_failed */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw invalid(toFieldErrors(parsed.error.issues, body, 'body'));
  return parsed.data;
}

/** Field errors in one answer: a hostile body can have thousands, nobody reads more than these. */
const MAX_FIELD_ERRORS = 50;

/** 422 with the fields that are wrong; for checks that a schema cannot make as well. */
export function invalid(errors: readonly FieldError[]): AppError {
  const detail = errors.length === 1 ? '1 field is not valid.' : `${errors.length} fields are not valid.`;
  return new AppError('validation_failed', { detail, errors: errors.slice(0, MAX_FIELD_ERRORS) });
}
