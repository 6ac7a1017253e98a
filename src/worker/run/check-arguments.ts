import type { JsonObject } from '../../shared/domain/json.ts';
import type { SchemaChecks } from '../../shared/json-schema/schema-cache.ts';
import { failure, type ToolResult } from './execute-tool.ts';
import { areInvalid } from './parse-arguments.ts';

/** What the model is told of arguments that do not fit the schema of a tool; null when they fit. Nobody else sees such a call. */
export function checkArguments(
  schema: JsonObject | undefined,
  args: JsonObject,
  checkSchema: SchemaChecks,
): ToolResult | null {
  if (areInvalid(args)) return failure('invalid_arguments', 'The arguments are not a JSON object.');
  const errors = schema ? checkSchema(schema)(args) : [];
  return errors.length > 0 ? failure('invalid_arguments', errors.join('\n')) : null;
}
