import type { z } from 'zod';
import type { FieldError } from '../shared/errors/app-error.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Longest piece of a client's own key that is repeated in an answer. */
const MAX_KEY = 64;

/**
 * Issues of zod as field errors. `pointer` is a JSON pointer (RFC 6901) into the body, or `query/<name>`. Values are never repeated, only names.
 * Codes: `required`, `unknown_field`, `unknown_parameter`, the `params.code` of a refinement, else zod's own code.
 */
export function toFieldErrors(issues: readonly Issue[], input: unknown, place: 'body' | 'query'): FieldError[] {
  return issues.flatMap((issue) => fromIssue(issue, [], input, place));
}

function fromIssue(issue: Issue, base: Path, input: unknown, place: 'body' | 'query'): FieldError[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const code = place === 'body' ? 'unknown_field' : 'unknown_parameter';
      return issue.keys.map((key) => ({
        pointer: pointerTo([...path, key], place),
        code,
        message: place === 'body' ? 'there is no such field' : 'there is no such parameter',
      }));
    }
    case 'invalid_union': {
      const branch = nearestBranch(issue.errors);
      if (branch) return branch.flatMap((inner) => fromIssue(inner, path, input, place));
      return [fieldError(path, 'invalid_type', 'none of the accepted forms', input, place)];
    }
    case 'invalid_key':
      return [fieldError(path, 'invalid_key', issue.issues[0]?.message ?? issue.message, input, place)];
    case 'custom':
      return [fieldError(path, codeOf(issue.params) ?? 'invalid', issue.message, input, place)];
    default:
      return [fieldError(path, issue.code, issue.message, input, place)];
  }
}

function fieldError(path: Path, code: string, message: string, input: unknown, place: 'body' | 'query'): FieldError {
  const pointer = pointerTo(path, place);
  return valueAt(input, path) === undefined
    ? { pointer, code: 'required', message: 'is required' }
    : { pointer, code, message };
}

/** The branch of a union that the client most likely meant: the one that got past the outermost type. Undefined when none did. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return branches
    .filter((issues) => issues.every((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'))
    .sort((a, b) => a.length - b.length)[0];
}

function codeOf(params: Record<string, unknown> | undefined): string | undefined {
  return typeof params?.code === 'string' ? params.code : undefined;
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

function pointerTo(path: Path, place: 'body' | 'query'): string {
  const parts = path.map((part) => String(part).slice(0, MAX_KEY).replaceAll('~', '~0').replaceAll('/', '~1'));
  return place === 'query' ? `query/${parts.join('/')}` : parts.map((part) => `/${part}`).join('');
}
