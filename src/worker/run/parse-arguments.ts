import type { JsonObject } from '../../shared/domain/json.ts';

/** Under this key stands, shortened, what the model wrote when it was not a JSON object. */
const INVALID = '__invalid_json';
const KEPT = 2000;

/** MongoDB stores 100 levels at most; a checkpoint's own take a few of them. */
const MAX_DEPTH = 64;

/** Arguments of a tool call out of the model's text. Empty text is a call without arguments. What MongoDB could not store counts as invalid. */
export function parseArguments(text: string): JsonObject {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && isStorable(value, MAX_DEPTH))
      return value as JsonObject;
  } catch {
    // Not JSON: kept below, so that the tool step can tell the model.
  }
  return { [INVALID]: text.slice(0, KEPT) };
}

/** Did the model write something that is not a JSON object? */
export const areInvalid = (args: JsonObject): boolean => Object.hasOwn(args, INVALID);

/** Not too deep, and no NUL in a key: BSON cannot write one. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([key, inner]) => !key.includes('\u0000') && isStorable(inner, depth - 1));
}
