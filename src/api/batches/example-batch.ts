import type { Batch, BatchResult } from '../../shared/domain/batch.ts';
import { exampleRun } from '../runs/example-run.ts';

/** A batch that works, for the reference. */
export const exampleBatch: Batch = {
  batch_id: '0190a3b4-0000-7000-8000-000000000009',
  project_id: exampleRun.project_id,
  name: 'Sums of January',
  assistant_id: exampleRun.assistant_id,
  status: 'in_progress',
  received: 10_000,
  counts: {
    total: 10_000,
    waiting: 8700,
    queued: 480,
    in_progress: 20,
    requires_action: 0,
    completed: 797,
    failed: 2,
    cancelled: 0,
    expired: 0,
    incomplete: 1,
  },
  usage: null,
  metadata: {},
  created_at: '2026-01-31T09:30:00.000Z',
  started_at: '2026-01-31T09:30:01.400Z',
  cancel_requested_at: null,
  finished_at: null,
  expires_at: null,
};

export const exampleResult: BatchResult = {
  index: 0,
  custom_id: 'sum-1',
  run_id: exampleRun.run_id,
  thread_id: exampleRun.thread_id,
  status: 'completed',
  output: '84',
  usage: exampleRun.usage,
  error: null,
  finished_at: exampleRun.finished_at,
};
