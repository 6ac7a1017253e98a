import type { Run } from '../../api/types.ts';

const between = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : Math.max(0, Date.parse(to) - Date.parse(from));

/** What is asked first about a run; null while it is not known. Milliseconds. */
export interface RunNumbers {
  /** From acceptance to the start at a worker. */
  readonly wait: number | null;
  /** From the start to the first token of the model. */
  readonly firstToken: number | null;
  /** From the start to the end. */
  readonly duration: number | null;
}

/** @param now milliseconds since 1970: what is still going on is measured up to here */
export function runNumbers(run: Run, now: number): RunNumbers {
  const end = run.finished_at ?? new Date(now).toISOString();
  return {
    wait: between(run.created_at, run.started_at ?? end),
    firstToken: between(run.started_at, run.first_token_at),
    duration: between(run.started_at, end),
  };
}
