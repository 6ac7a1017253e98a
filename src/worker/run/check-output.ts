import type { ResponseFormat } from '../../shared/domain/response-format.ts';
import type { SchemaChecks } from '../../shared/json-schema/schema-cache.ts';

/** What is wrong with a final answer, in sentences for the model that wrote it; empty when it is what was asked for. */
export function checkOutput(format: ResponseFormat | null, text: string, checks: SchemaChecks): readonly string[] {
  if (format === null || format.type === 'text') return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ['The answer is not JSON.'];
  }
  if (format.type === 'json_schema') return checks(format.json_schema.schema)(value);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? []
    : ['The answer is not a JSON object.'];
}

/** Asks for the answer again. It is sent with the next model call and not stored: the step that it mends says what was wrong. */
export const repairRequest = (errors: readonly string[]): string =>
  `Your last answer does not have the required format:\n${errors.map((error) => `- ${error}`).join('\n')}\nAnswer again with JSON alone.`;
