import { type Doc, getField, isDoc } from '../values/document.ts';

/**
 * The value of a field path in an expression. An array in the middle becomes the array of what its embedded documents
 * have at the rest of the path; undefined means missing.
 */
export function resolvePlainPath(doc: Doc, parts: readonly string[], at = 0): unknown {
  const value = getField(doc, parts[at] as string);
  if (at === parts.length - 1) return value;
  return resolveRest(value, parts, at + 1);
}

function resolveRest(value: unknown, parts: readonly string[], at: number): unknown {
  if (isDoc(value)) return resolvePlainPath(value, parts, at);
  if (!Array.isArray(value)) return undefined;
  return value.map((member) => resolveRest(member, parts, at)).filter((member) => member !== undefined);
}
