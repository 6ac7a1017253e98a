/** RFC 9457, as the API writes it; all of it may be missing when something else answered. */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly request_id?: string;
  readonly errors?: readonly { readonly pointer: string; readonly message: string }[];
}

/** What a call that did not succeed says: a problem document of the API, or that there was no answer (`code: 'unreachable'`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;

  constructor(status: number, problem: Problem) {
    super(problem.detail ?? problem.title ?? 'The server did not answer as expected.');
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.problem = problem;
  }
}

/** A fetch that failed before there was an answer. */
export const unreachable = (): ApiError =>
  new ApiError(0, { code: 'unreachable', detail: 'The server cannot be reached. Check that Skein is running.' });

/** The key of this session may not do what was asked. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 'insufficient_scope';

/** One sentence or two for a person, with the field a validation error names. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : 'Something went wrong.';
  if (isForbidden(error)) return `${error.message} Sign in with a key that may do it, in the settings.`;
  const [first] = error.problem.errors ?? [];
  return first ? `${first.pointer.replace(/^\//, '')}: ${first.message}` : error.message;
}
