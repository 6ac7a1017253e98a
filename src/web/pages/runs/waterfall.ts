import type { Run, RunStep } from '../../api/types.ts';

/**
 * One bar of the waterfall. Times are milliseconds since the run was accepted.
 *
 * - `queue`: accepted, not started
 * - `model`, `tool`, `update`: a step that is stored
 * - `gap`: time between steps worth knowing about
 * - `open`: what goes on now, or what a run was doing when it ended without storing it
 */
export interface Span {
  readonly key: string;
  readonly kind: 'queue' | 'model' | 'tool' | 'update' | 'gap' | 'open';
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** Of a model call: when its first token came. */
  readonly firstToken: number | null;
  readonly state: 'done' | 'failed' | 'running' | 'waiting';
  readonly step: RunStep | null;
}

export interface Waterfall {
  readonly spans: readonly Span[];
  /** Milliseconds from acceptance to the end, or to now. At least 1. */
  readonly total: number;
}

/** Below it a pause between two steps is the server's own work. */
const GAP_MS = 150;
const GAP_SHARE = 0.04;

/**
 * Lays a run out in time. The times come from the clocks of several machines, so nothing begins before the run was accepted and nothing ends before it began.
 * @param now milliseconds since 1970, by this machine's clock; only used while the run is open
 */
export function toWaterfall(run: Run, steps: readonly RunStep[], now: number): Waterfall {
  const origin = Date.parse(run.created_at);
  const at = (time: string): number => Math.max(0, Date.parse(time) - origin);
  const end = Math.max(1, run.finished_at ? at(run.finished_at) : now - origin);
  const started = run.started_at ? at(run.started_at) : null;

  const spans: Span[] = [queueSpan(run, started ?? end)];
  const shown = steps
    .filter(({ type }) => type !== 'input')
    .toSorted((a, b) => at(a.started_at) - at(b.started_at) || a.step - b.step);
  let covered = started ?? end;
  let before: RunStep | null = null;
  for (const step of shown) {
    const from = at(step.started_at);
    const to = Math.max(from, at(step.finished_at));
    if (before && from - covered > Math.max(GAP_MS, end * GAP_SHARE)) spans.push(gapSpan(before, step, covered, from));
    spans.push(stepSpan(step, from, to, at));
    covered = Math.max(covered, to);
    before = step;
  }
  const tail = started === null ? null : openSpan(run, before, covered, end);
  if (tail) spans.push(tail);
  return { spans, total: Math.max(end, covered, 1) };
}

const queueSpan = (run: Run, to: number): Span => ({
  key: 'queue',
  kind: 'queue',
  label: 'Queue',
  from: 0,
  to,
  firstToken: null,
  state: run.status === 'queued' ? 'waiting' : 'done',
  step: null,
});

function stepSpan(step: RunStep, from: number, to: number, at: (time: string) => number): Span {
  const kind = step.type === 'model_call' ? 'model' : step.type === 'tool_call' ? 'tool' : 'update';
  return {
    key: `${step.checkpoint_id} ${step.tool_call_id ?? ''}`,
    kind,
    label: step.name ?? (kind === 'update' ? 'Tool outputs' : 'Model'),
    from,
    to,
    firstToken: step.first_token_at === null ? null : Math.min(to, Math.max(from, at(step.first_token_at))),
    state: step.status === 'failed' ? 'failed' : 'done',
    step,
  };
}

function gapSpan(before: RunStep, after: RunStep, from: number, to: number): Span {
  const label =
    after.type === 'update'
      ? 'Waited for the client'
      : after.attempt > before.attempt
        ? `Until attempt ${after.attempt}`
        : 'Retries';
  return { key: `gap ${from}`, kind: 'gap', label, from, to, firstToken: null, state: 'waiting', step: null };
}

/** What comes after the last stored step. */
function openSpan(run: Run, last: RunStep | null, from: number, end: number): Span | null {
  const doing = last?.type === 'model_call' && last.finish_reason === 'tool_calls' ? 'Tool calls' : 'Model call';
  const span = { key: 'open', kind: 'open', from, to: Math.max(from, end), firstToken: null, step: null } as const;
  switch (run.status) {
    case 'in_progress':
    case 'cancelling':
      return { ...span, label: doing, state: 'running' };
    case 'requires_action':
      return { ...span, label: 'Waits for the client', state: 'waiting' };
    case 'queued':
      return { ...span, label: 'Back in the queue', state: 'waiting' };
    case 'failed':
    case 'expired':
      return { ...span, label: doing, state: 'failed' };
    case 'cancelled':
      return end - from > 5 ? { ...span, label: `${doing}, stopped`, state: 'waiting' } : null;
    case 'incomplete':
    case 'completed':
      return null;
    default:
      return run.status satisfies never;
  }
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round times for the axis, 0 first: three to six of them. */
export function axisTicks(total: number): readonly number[] {
  const rough = total / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * (STEPS.find((factor) => factor * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}
