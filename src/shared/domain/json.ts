import { z } from 'zod';

/** RFC 3339 UTC time on the wire. Dates become text at the edge only. */
export const timeSchema = z.iso
  .datetime()
  .meta({ description: 'RFC 3339 time in UTC.', example: '2026-01-31T09:30:00.000Z' });

/** Names of metadata keys: no `$`, no `.`, so a key can never be read as an operator or a path. */
const metadataKey = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'keys are 1 to 64 of A-Z a-z 0-9 _ -');
const MAX_METADATA = 16_384;
const metadataValue = z.union([z.string().max(1024), z.number(), z.boolean(), z.null()]);

/** Free notes of the client on a thing: at most 64 keys with plain values, searchable later, never interpreted. */
export const metadataSchema = z
  .record(metadataKey, metadataValue)
  .refine((value) => Object.keys(value).length <= 64, 'at most 64 keys')
  .refine((value) => JSON.stringify(value).length <= MAX_METADATA, {
    error: 'at most 16,384 characters as JSON',
    params: { code: 'metadata_too_large' },
  })
  .meta({
    description:
      'Up to 64 keys with text (1,024 characters), number, boolean or null values; 16,384 characters as JSON together.',
    example: { source: 'web' },
  });
export type Metadata = z.infer<typeof metadataSchema>;

/** Text without NUL: MongoDB keys and most terminals choke on it, and no person types it. */
export const plainText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000'), {
      error: 'NUL characters are not allowed',
      params: { code: 'invalid_character' },
    });

/** A JSON object whose inside is not ours to know, such as tool arguments; it came through a JSON parser, so its values need no check. */
export const jsonObjectSchema = z.record(z.string(), z.unknown());
export type JsonObject = z.infer<typeof jsonObjectSchema>;
