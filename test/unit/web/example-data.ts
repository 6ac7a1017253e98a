import type { Message, Run, RunStep } from '../../../src/web/api/types.ts';

/** Seconds after the example run was accepted, as the API writes times. */
export const at = (seconds: number): string =>
  new Date(Date.parse('2026-01-31T09:30:00.000Z') + seconds * 1000).toISOString();

export const aMessage = (id: string, more: Partial<Message> = {}): Message => ({
  id,
  role: 'user',
  content: id,
  status: 'completed',
  run_id: null,
  created_at: at(0),
  ...more,
});

/** A run that waited for 1 s, then ran for 9 s. */
export const aRun = (more: Partial<Run> = {}): Run => ({
  run_id: 'r1',
  thread_id: 't1',
  assistant_id: 'a1',
  project_id: 'p1',
  seq: 1,
  status: 'completed',
  multitask_strategy: 'enqueue',
  lane: 'interactive',
  input: [{ role: 'user', content: 'What is 12*7?' }],
  options: {
    model: 'default',
    instructions: '',
    tools: [],
    temperature: null,
    response_format: null,
    context_policy: null,
    limits: {
      max_steps: 25,
      max_tool_calls: 64,
      max_duration_ms: 600_000,
      max_total_tokens: null,
      max_context_messages: 1000,
    },
  },
  metadata: {},
  attempt: 1,
  dispatch: 1,
  worker_id: 'w1',
  usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 },
  required_action: null,
  last_error: null,
  incomplete_details: null,
  batch_id: null,
  schedule_id: null,
  webhook: null,
  cancel_requested_at: null,
  created_at: at(0),
  dispatched_at: at(0),
  started_at: at(1),
  first_token_at: at(2),
  finished_at: at(10),
  expires_at: null,
  ...more,
});

/** A call of the model from `from` to `to`, in seconds. */
export const aStep = (step: number, from: number, to: number, more: Partial<RunStep> = {}): RunStep => ({
  step,
  type: 'model_call',
  status: 'completed',
  checkpoint_id: `c${step}`,
  attempt: 1,
  message_id: null,
  tool_call_id: null,
  name: 'demo',
  finish_reason: 'stop',
  usage: null,
  error: null,
  context: null,
  started_at: at(from),
  first_token_at: null,
  finished_at: at(to),
  duration_ms: (to - from) * 1000,
  ...more,
});
