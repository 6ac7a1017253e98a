import { z } from 'zod';
import { type BatchOptions, batchOptionsSchema } from '../../shared/domain/batch.ts';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { metadataSchema } from '../../shared/domain/json.ts';
import { runWebhookSchema } from '../../shared/domain/webhook.ts';
import { invalid, parseBody } from '../validate.ts';

const jsonText = z.string().transform((text, check) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    check.addIssue({ code: 'custom', message: 'must be a JSON object', params: { code: 'malformed_json' } });
    return z.NEVER;
  }
});

/** NDJSON has no place for what holds for all items, so it comes here. */
export const uploadQuery = z.strictObject({
  name: batchOptionsSchema.shape.name.meta({ description: 'Only for NDJSON.' }),
  assistant_id: uuidSchema
    .optional()
    .meta({ description: 'For items that name neither an assistant nor a thread. Only for NDJSON.' }),
  metadata: jsonText
    .pipe(metadataSchema)
    .optional()
    .meta({
      description: 'A JSON object. Only for NDJSON.',
      override: { type: 'string', example: '{"source":"web"}' },
    }),
  webhook_url: runWebhookSchema.shape.url
    .optional()
    .meta({ description: 'Hears of `batch.completed`, unsigned; a body of JSON can bring a secret. Only for NDJSON.' }),
  offset: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .default(0)
    .meta({
      description:
        'Index of the first item of this request, to go on after `received` items. Needs an Idempotency-Key.',
      override: ({ jsonSchema }) => {
        delete jsonSchema.pattern;
        Object.assign(jsonSchema, { type: 'integer', minimum: 0, default: 0 });
      },
    }),
  complete: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true')
    .meta({
      description: '`false`: more items follow in another request. Needs an Idempotency-Key.',
      override: ({ jsonSchema }) => void Object.assign(jsonSchema, { type: 'boolean', default: true, enum: undefined }),
    }),
});
export type UploadQuery = z.output<typeof uploadQuery>;

/** What the query says of the batch. */
export const optionsOfQuery = ({ name, assistant_id, metadata = {}, webhook_url }: UploadQuery): BatchOptions => ({
  ...(webhook_url === undefined ? {} : { webhook: { url: webhook_url } }),
  ...(name === undefined ? {} : { name }),
  ...(assistant_id === undefined ? {} : { assistant_id }),
  metadata,
});

/** What a JSON body says of the batch. @throws AppError validation_failed */
export const optionsOfBody = (members: Record<string, unknown>): BatchOptions => parseBody(batchOptionsSchema, members);

/** @throws AppError validation_failed: in a JSON body there is a place for them. */
export function refuseOptions({ name, assistant_id, metadata, webhook_url }: UploadQuery): void {
  const given = Object.entries({ name, assistant_id, metadata, webhook_url }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 0)
    throw invalid(
      given.map(([field]) => ({ pointer: `query/${field}`, code: 'unknown_parameter', message: 'stands in the body' })),
    );
}
