import { EXIT, type ExitCode } from './exit-code.ts';

/** RFC 9457, as the server writes it; of what this program says itself only the first members. */
export interface Problem {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly status?: number;
  readonly errors?: readonly {
    readonly pointer: string;
    readonly code: string;
    readonly message: string;
    readonly line?: number;
  }[];
}

/** Why a command ends, as it is told. */
export class CliError extends Error {
  readonly problem: Problem;
  readonly exit: ExitCode;
  /** Seconds, when the server says how long to wait. */
  readonly retryAfter: number | null;

  constructor(problem: Problem, exit: ExitCode, options: { cause?: unknown; retryAfter?: number | null } = {}) {
    super(problem.detail, { cause: options.cause });
    this.name = 'CliError';
    this.problem = problem;
    this.exit = exit;
    this.retryAfter = options.retryAfter ?? null;
  }
}

export const usageError = (detail: string): CliError =>
  new CliError({ title: 'The command is not right', detail, code: 'usage' }, EXIT.usage);

/** There was no answer, or it broke off. */
export const unreachable = (url: string, cause: unknown): CliError =>
  new CliError({ title: 'No answer', detail: `No answer from ${url}.`, code: 'unreachable' }, EXIT.unreachable, {
    cause,
  });
