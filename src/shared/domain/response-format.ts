import { z } from 'zod';
import { plainText } from './json.ts';
import { jsonSchemaSchema } from './json-schema.ts';

const jsonSchemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  json_schema: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, '1 to 64 of A-Z a-z 0-9 _ -'),
    description: plainText(4096).optional(),
    schema: jsonSchemaSchema.meta({ description: 'JSON Schema (2020-12), without references to other documents.' }),
    strict: z.boolean().optional(),
  }),
});

/** What the final answer of a run has to be. It goes to the model as it is, and the answer is checked against it; one that does not fit is asked for once more. */
export const responseFormatSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('text') }),
    z.strictObject({ type: z.literal('json_object') }),
    jsonSchemaFormat,
  ])
  .meta({
    id: 'ResponseFormat',
    example: {
      type: 'json_schema',
      json_schema: {
        name: 'city',
        schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
      },
    },
  });
export type ResponseFormat = z.infer<typeof responseFormatSchema>;
