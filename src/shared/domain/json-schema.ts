import { compileSchema, SchemaError } from '../json-schema/compile-schema.ts';
import { jsonObjectSchema } from './json.ts';

/** A JSON Schema that can be used: refused where it is given, not when a run needs it. */
export const jsonSchemaSchema = jsonObjectSchema.superRefine((schema, context) => {
  try {
    compileSchema(schema);
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    context.addIssue({ code: 'custom', message: error.message, params: { code: 'invalid_schema' } });
  }
});
