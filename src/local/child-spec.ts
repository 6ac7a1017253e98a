/** How one sees that a process does its work: a line it prints, what it says over its IPC channel, or a question it answers. */
export type ReadySign =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'line'; readonly matches: (line: string) => boolean }
  | { readonly kind: 'probe'; readonly answers: () => Promise<boolean> };

/** One process of local mode. Starting it twice gives the same thing on the same port, so that it can be restarted under the others. */
export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How the process notices that its parent is gone: its IPC channel closes, or its standard input ends. */
  readonly lifeline: 'ipc' | 'stdin';
  readonly ready: ReadySign;
  /** Whether a line of its output is shown; default all. */
  readonly shows?: (line: string) => boolean;
}
