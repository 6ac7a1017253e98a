import { z } from 'zod';
import type { AppError } from '../shared/errors/app-error.ts';
import { ERROR_CATALOGUE, type ErrorCode } from '../shared/errors/error-catalogue.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const codes = Object.keys(ERROR_CATALOGUE) as [ErrorCode, ...ErrorCode[]];

/** The one shape of every error answer (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'Where the code is explained, relative to the server.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was wrong this time, for people.' }),
    code: z.enum(codes).meta({ description: 'Stable; match on this.' }),
    request_id: z.string().meta({ description: 'The same as the X-Request-Id header, and in the log.' }),
    errors: z
      .array(
        z.object({
          pointer: z.string().meta({ description: 'JSON pointer into the body, or `query/<name>`.' }),
          code: z.string(),
          message: z.string(),
          line: z.int().optional().meta({ description: 'Of NDJSON: the line, from 1; the pointer is into it.' }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457). Some codes add members of their own.' });
export type Problem = z.infer<typeof problemSchema>;

/** An error as the client sees it. Of a 500 nothing is told but the request id. */
export function toProblem(error: AppError, requestId: string): Problem {
  const { status, title } = ERROR_CATALOGUE[error.code];
  const told = status === 500 ? {} : error.details;
  return {
    ...told.extra,
    type: `/docs/errors#${error.code}`,
    title,
    status,
    detail: told.detail ?? `${title}.`,
    code: error.code,
    request_id: requestId,
    ...(told.errors ? { errors: told.errors.map((field) => ({ ...field })) } : {}),
  };
}

/** Headers that belong to an error. A 429 or 503 without a time of its own may be tried again after a second. */
export function problemHeaders(error: AppError): Record<string, string> {
  const headers: Record<string, string> = { 'Content-Type': PROBLEM_TYPE, 'Cache-Control': 'no-store' };
  if (error.status === 401) headers['WWW-Authenticate'] = 'Bearer';
  if (error.code === 'insufficient_scope') headers['WWW-Authenticate'] = 'Bearer error="insufficient_scope"';
  if (error.status === 429 || error.status === 503) headers['Retry-After'] = String(error.details.retryAfter ?? 1);
  return headers;
}
