import { z } from 'zod';
import { invalid } from './validate.ts';

/** A whole number from the query string: digits only, so `1e3`, ` 5` and `0x5` are refused. */
export const limitSchema = (fallback: number) =>
  z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(1).max(100))
    .default(fallback)
    .meta({
      description: 'How many at most.',
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum: 1, maximum: 100, default: fallback });
      },
    });

/** The query parameters of every list. */
export const pageQuery = {
  limit: limitSchema(20),
  cursor: z
    .string()
    .max(512)
    .optional()
    .meta({ description: 'Where to go on: `X-Pagination-Next` of the page before. Opaque.' }),
};

/** The headers of every list, as its contract says them. */
export const PAGE_HEADERS = {
  Link: 'The next page as `<…>; rel="next"`; absent on the last one.',
  'X-Pagination-Next': '`cursor` of the next page; absent on the last one.',
} as const;

/** A sort key as an opaque text. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The sort key in a cursor; undefined without one. @throws AppError validation_failed when it is none of this list's */
export function decodeCursor<S extends z.ZodType>(schema: S, cursor: string | undefined): z.output<S> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = schema.safeParse(parse(Buffer.from(cursor, 'base64url').toString()));
  if (!parsed.success)
    throw invalid([{ pointer: 'query/cursor', code: 'invalid_cursor', message: 'is not a cursor of this list' }]);
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A page from `limit + 1` items: the surplus one only tells that there is a next page.
 * @param url of the request; the other parameters are kept in `Link`
 */
export function toPage<T>(
  url: string,
  items: readonly T[],
  limit: number,
  keyOf: (last: T) => readonly (string | number)[],
): { body: readonly T[]; headers: Record<string, string> } {
  const body = items.slice(0, limit);
  const last = body.at(-1);
  if (items.length <= limit || last === undefined) return { body, headers: {} };
  return { body, headers: nextPageHeaders(url, 'cursor', encodeCursor(keyOf(last))) };
}

/**
 * The headers that lead to the next page; none on the last one.
 * @param parameter the query parameter that says where to go on @param value undefined on the last page
 */
export function nextPageHeaders(url: string, parameter: string, value: string | undefined): Record<string, string> {
  if (value === undefined) return {};
  const [path = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set(parameter, value);
  return { Link: `<${path}?${parameters}>; rel="next"`, 'X-Pagination-Next': value };
}
