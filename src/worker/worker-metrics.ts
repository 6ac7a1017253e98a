import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Usage } from '../shared/domain/message.ts';
import { laneSchema } from '../shared/domain/run.ts';
import { TERMINAL_STATUSES } from '../shared/domain/run-status.ts';
import type { LlmErrorCode } from '../shared/llm/llm-error.ts';
import { createBoundedLabel } from '../shared/metrics/bounded-label.ts';
import type { RunDocument } from '../shared/mongo/documents.ts';
import type { EndedRun } from '../shared/mongo/run-lifecycle.ts';

/** What a sweep put right. */
export const REPAIRS = ['taken_over', 'given_up', 'cancelled', 'rung_again', 'promoted', 'expired'] as const;
export type Repair = (typeof REPAIRS)[number];

/** What a worker counts of its runs. Everything is an addition in memory: no run pays for it with a command. */
export interface WorkerMetrics {
  /** A run was taken. */
  claimed(run: RunDocument): void;
  /** An execution is over. @param settled a `Settled` */
  executed(settled: string): void;
  /** A run has ended. @param firstTokenAt null: it wrote no text */
  ended(run: RunDocument, end: EndedRun, firstTokenAt: Date | null): void;
  /** One attempt at one answer of the model. */
  modelCalled(call: { model: string; outcome: 'ok' | LlmErrorCode; ms: number; usage: Usage | null }): void;
  modelRetried(model: string, reason: string): void;
  toolCalled(call: { name: string; failed: boolean; ms: number }): void;
  repaired(repair: Repair): void;
}

/** What a worker is asked for when its metrics are read. */
export interface WorkerState {
  readonly slots: { readonly interactive: number; readonly batch: number };
  readonly running: number;
  readonly takesRuns: boolean;
  /** Milliseconds since the database knew that this worker lives. */
  readonly silentMs: number;
}

/** Models told apart; those beyond are `other`. */
const MAX_MODELS = 30;

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
const SECONDS_OF_RUNS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 3600];

/**
 * @param options.defaultModel is told apart from the beginning; other models from their first answer on, so that made-up names of clients do not fill the table
 * @param options.tools names of the tools of this worker; calls of others are `other`
 */
export function createWorkerMetrics(options: {
  readonly registry: Registry;
  readonly defaultModel: string;
  readonly tools: Iterable<string>;
  readonly state: () => WorkerState;
}): WorkerMetrics {
  const { state } = options;
  const registers = [options.registry];
  const models = createBoundedLabel(MAX_MODELS, [options.defaultModel]);
  const tools = createBoundedLabel(0, options.tools);
  const counter = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Counter({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[], buckets = SECONDS) =>
    new Histogram({ name, help, labelNames, buckets, registers });
  const gauge = (name: string, help: string, read: (now: WorkerState) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(state()));
      },
    });

  const runs = counter('skein_runs_ended_total', 'Runs that ended at this worker.', ['lane', 'status']);
  const attempts = counter('skein_run_attempts_total', 'Runs this worker took; `again`: not for the first time.', [
    'lane',
    'again',
  ]);
  const executions = counter(
    'skein_run_executions_total',
    'Executions that are over. `lost`: somebody else had the run by then.',
    ['settled'],
  );
  const duration = histogram(
    'skein_run_duration_seconds',
    'From the first start of a run to its end.',
    ['lane', 'status'],
    SECONDS_OF_RUNS,
  );
  const startWait = histogram(
    'skein_run_start_wait_seconds',
    'From the acceptance of a run to its first start.',
    ['lane'],
    SECONDS_OF_RUNS,
  );
  const firstToken = histogram('skein_run_first_token_seconds', 'From the first start of a run to its first text.', [
    'lane',
  ]);
  const cancel = histogram(
    'skein_run_cancel_seconds',
    'From the wish to the end of a run that was cancelled while it was executed.',
    [],
  );
  const modelCalls = counter('skein_model_calls_total', 'Calls of the model: `ok`, or why one failed.', [
    'model',
    'outcome',
  ]);
  const modelDuration = histogram(
    'skein_model_call_duration_seconds',
    'Time of a model call that was answered, to its last token.',
    ['model'],
  );
  const modelRetries = counter('skein_model_retries_total', 'Calls that are made again, by why.', ['model', 'reason']);
  const tokens = counter('skein_model_tokens_total', 'Tokens as the provider counts them.', ['model', 'kind']);
  const toolCalls = counter('skein_tool_calls_total', 'Tool calls that this worker answered.', ['tool', 'outcome']);
  const toolDuration = histogram('skein_tool_call_duration_seconds', 'Time of a tool call.', ['tool']);
  const repairs = counter('skein_sweeper_repairs_total', 'Runs that a sweep put right, by how.', ['repair']);
  gauge('skein_worker_running_runs', 'Runs this worker executes.', ({ running }) => running);
  gauge('skein_worker_takes_runs', '0 while it stops or is drained.', ({ takesRuns }) => Number(takesRuns));
  gauge(
    'skein_worker_heartbeat_age_seconds',
    'Since MongoDB last heard that this worker lives.',
    ({ silentMs }) => silentMs / 1000,
  );
  new Gauge({
    name: 'skein_worker_slots',
    help: 'Runs this worker can execute at a time.',
    labelNames: ['lane'],
    registers,
    collect() {
      for (const lane of laneSchema.options) this.set({ lane }, state().slots[lane]);
    },
  });
  // What has not happened yet is 0, not absent: `rate` sees the first one then.
  for (const repair of REPAIRS) repairs.inc({ repair }, 0);
  for (const lane of laneSchema.options) for (const status of TERMINAL_STATUSES) runs.inc({ lane, status }, 0);

  return {
    claimed(run) {
      const { lane, attempt, started_at } = run;
      attempts.inc({ lane, again: String(attempt > 1) });
      if (attempt === 1 && started_at) startWait.observe({ lane }, secondsBetween(run.created_at, started_at));
    },
    executed: (settled) => executions.inc({ settled }),
    ended(run, { status, finished_at, cancel_requested_at }, firstTokenAt) {
      const { lane, started_at } = run;
      runs.inc({ lane, status });
      if (started_at && finished_at) duration.observe({ lane, status }, secondsBetween(started_at, finished_at));
      if (started_at && firstTokenAt) firstToken.observe({ lane }, secondsBetween(started_at, firstTokenAt));
      if (status === 'cancelled' && cancel_requested_at && finished_at)
        cancel.observe(secondsBetween(cancel_requested_at, finished_at));
    },
    modelCalled({ model: name, outcome, ms, usage }) {
      if (outcome === 'ok') models.admit(name);
      const model = models.of(name);
      modelCalls.inc({ model, outcome });
      if (outcome === 'ok') modelDuration.observe({ model }, ms / 1000);
      if (!usage) return;
      tokens.inc({ model, kind: 'prompt' }, usage.prompt_tokens);
      tokens.inc({ model, kind: 'completion' }, usage.completion_tokens);
    },
    modelRetried: (model, reason) => modelRetries.inc({ model: models.of(model), reason }),
    toolCalled({ name, failed, ms }) {
      const tool = tools.of(name);
      toolCalls.inc({ tool, outcome: failed ? 'failed' : 'completed' });
      toolDuration.observe({ tool }, ms / 1000);
    },
    repaired: (repair) => repairs.inc({ repair }),
  };
}

/** The times are of several clocks: a difference below zero is none. */
const secondsBetween = (from: Date, to: Date): number => Math.max(0, to.getTime() - from.getTime()) / 1000;
