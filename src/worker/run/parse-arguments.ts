import type { JsonObject } from '../../shared/domain/json.ts';

/** Under this key stands, shortened, what the model wrote when it was not a JSON object. */
const INVALID = '__invalid_json';
const KEPT = 2000;

/** Arguments of a tool call out of the model's text. Empty text is a call without arguments. */
export function parseArguments(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Not JSON: kept below, so that the tool step can tell the model.
  }
  return { [INVALID]: text.slice(0, KEPT) };
}

/** Did the model write something that is not a JSON object? */
export const areInvalid = (args: JsonObject): boolean => INVALID in args;
