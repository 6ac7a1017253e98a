import type { Pids } from '../measure/process-usage.ts';
import type { Quantiles } from '../measure/spread.ts';

/** Whom the load goes to: an OpenAI-compatible model, or a server that takes runs as Skein does. */
export type Goal =
  | { readonly kind: 'model'; readonly url: string }
  /** Runs take turns on the threads that were prepared. */
  | { readonly kind: 'threads'; readonly url: string }
  /** Every run gets a temporary thread. */
  | { readonly kind: 'temporary'; readonly url: string }
  /** The floor: no threads at all. */
  | { readonly kind: 'bare'; readonly url: string };

/** What the load process is asked to do; one at a time. */
export type Work =
  /** Makes one assistant and `threads` threads on it, for all that follows; those of an earlier call are forgotten. */
  { readonly kind: 'prepare'; readonly url: string; readonly threads: number } | ClosedWork | PacedWork;

/** `clients` clients that each start the next run when the last one is over. */
export interface ClosedWork {
  readonly kind: 'closed';
  readonly goal: Goal;
  readonly clients: number;
  readonly tokens: number;
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Measured besides the load process itself. */
  readonly pids: Pids;
}

/** `streams` answers at the pace of a real model, all open during the window. */
export interface PacedWork {
  readonly kind: 'paced';
  readonly goal: Goal;
  readonly streams: number;
  readonly tokensPerSecond: number;
  /** The streams start one after the other within this time. */
  readonly rampMs: number;
  /** Between the last start and the window. */
  readonly settleMs: number;
  readonly windowMs: number;
  readonly pids: Pids;
  /** Of the fake model: it tells when it began each answer. */
  readonly modelUrl: string;
}

/** A process during the window; memory from just before the load until the end of the window. */
export interface ProcessCost {
  readonly cpuMs: number;
  readonly peakKb: number;
  /** Peak less what was resident before the load. */
  readonly grownKb: number;
}

/** Lost, failed or wrong answers, in words. One is enough to fail the bench. */
type Problems = readonly string[];

export interface ClosedResult {
  readonly kind: 'closed';
  /** Completed in the window. */
  readonly runs: number;
  readonly seconds: number;
  /** From the request to the first text. */
  readonly firstTextMs: Quantiles;
  /** From the last text to `done`. */
  readonly doneMs: Quantiles;
  readonly costs: Readonly<Record<string, ProcessCost>>;
  /** Cores that processes outside this load used meanwhile. */
  readonly otherCores: number;
  readonly problems: Problems;
}

export interface PacedResult {
  readonly kind: 'paced';
  /** Received in the window. */
  readonly tokens: number;
  /** What the model's pace gives in the window. */
  readonly offered: number;
  readonly seconds: number;
  /** From the moment a token was due at the model to its arrival at the client, for tokens received in the window. */
  readonly addedMs: Quantiles;
  readonly costs: Readonly<Record<string, ProcessCost>>;
  /** Cores that processes outside this load used meanwhile. */
  readonly otherCores: number;
  readonly problems: Problems;
}

export type WorkResult = { readonly kind: 'prepare' } | ClosedResult | PacedResult;

/** What the load process answers. */
export type WorkReply =
  | { readonly ok: true; readonly result: WorkResult }
  | { readonly ok: false; readonly error: string };
