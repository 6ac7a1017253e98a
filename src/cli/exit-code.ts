/** What the command line ends with; docs/cli.md lists them. */
export const EXIT = {
  ok: 0,
  /** The server refused: the problem is on stderr. */
  refused: 1,
  /** The command or a file is not right. */
  usage: 2,
  /** The server did not answer, however often it was asked. */
  unreachable: 3,
  /** The batch or run has ended and did not complete. */
  incomplete: 4,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
