import type { JsonObject } from '../domain/json.ts';
import { type CheckValue, compileSchema } from './compile-schema.ts';

/** Most installations have fewer schemas in use at a time. */
const KEPT = 500;

/** The check of a schema. @throws SchemaError */
export type SchemaChecks = (schema: JsonObject) => CheckValue;

/** Compiles each schema once in a while: compiling costs about a millisecond, checking microseconds. */
export function createSchemaCache(): SchemaChecks {
  const known = new Map<string, CheckValue>();
  return (schema) => {
    const key = JSON.stringify(schema);
    const found = known.get(key);
    if (found) return found;
    if (known.size >= KEPT) known.clear();
    const check = compileSchema(schema);
    known.set(key, check);
    return check;
  };
}
