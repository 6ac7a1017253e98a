import { DEFAULT_LIMITS } from '../../shared/domain/limits.ts';
import type { Message } from '../../shared/domain/message.ts';
import type { Run } from '../../shared/domain/run.ts';

const id = (n: number): string => `0190a3b4-0000-7000-8000-00000000000${n}`;

export const exampleMessage: Message = {
  id: id(5),
  role: 'assistant',
  content: '84',
  status: 'completed',
  run_id: id(4),
  created_at: '2026-01-31T09:30:01.000Z',
  usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 },
};

/** A completed run, for the reference. */
export const exampleRun: Run = {
  run_id: id(4),
  thread_id: id(2),
  assistant_id: id(1),
  project_id: '00000000-0000-7000-8000-000000000001',
  seq: 1,
  status: 'completed',
  multitask_strategy: 'enqueue',
  lane: 'interactive',
  input: [{ role: 'user', content: 'What is 12*7?' }],
  options: {
    model: 'default',
    instructions: 'Be brief.',
    tools: [],
    temperature: null,
    response_format: null,
    context_policy: null,
    limits: DEFAULT_LIMITS,
  },
  metadata: {},
  attempt: 1,
  dispatch: 1,
  worker_id: 'host-17-0a1b2c3d',
  usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 },
  required_action: null,
  last_error: null,
  incomplete_details: null,
  batch_id: null,
  schedule_id: null,
  webhook: null,
  cancel_requested_at: null,
  created_at: '2026-01-31T09:30:00.000Z',
  dispatched_at: '2026-01-31T09:30:00.002Z',
  started_at: '2026-01-31T09:30:00.005Z',
  first_token_at: '2026-01-31T09:30:00.450Z',
  finished_at: '2026-01-31T09:30:01.001Z',
  expires_at: '2026-02-01T09:30:00.000Z',
};
