import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue.ts';

/** One field that is wrong: a JSON pointer into the body (or `query`/`path` and its name), a code and a sentence. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  /** Of a body with one thing in each line: which, from 1. The pointer is into that line. */
  readonly line?: number;
}

export interface AppErrorDetails {
  /** A sentence for the client: never a secret, a stack, a query or a driver's message. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** Further members of the problem document, for example `active_run_id`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Seconds for `Retry-After`. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** The one error class. Its code says everything the edge needs; see the catalogue for status and title. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly details: AppErrorDetails;

  constructor(code: ErrorCode, details: AppErrorDetails = {}) {
    super(details.detail ?? ERROR_CATALOGUE[code].title, { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}

/** 404 for a thing that is not there, or belongs to another project: the two look the same. */
export const notFound = (
  thing:
    | 'worker'
    | 'thread'
    | 'run'
    | 'assistant'
    | 'checkpoint'
    | 'message'
    | 'project'
    | 'key'
    | 'webhook'
    | 'delivery'
    | 'schedule'
    | 'batch'
    | 'document',
): AppError => new AppError('not_found', { detail: `No such ${thing}.` });
