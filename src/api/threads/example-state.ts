import type { ThreadState } from '../../shared/domain/checkpoint.ts';

const threadId = '0190a3b4-0000-7000-8000-000000000002';
const runId = '0190a3b4-0000-7000-8000-000000000004';

/** A state of a thread, for the reference. */
export const exampleState: ThreadState = {
  values: {
    messages: [
      {
        id: '0190a3b4-0000-7000-8000-000000000003',
        role: 'user',
        content: 'What is 12*7?',
        status: 'completed',
        run_id: runId,
        created_at: '2026-01-31T09:30:00.010Z',
      },
      {
        id: '0190a3b4-0000-7000-8000-000000000005',
        role: 'assistant',
        content: '84',
        status: 'completed',
        run_id: runId,
        created_at: '2026-01-31T09:30:01.000Z',
      },
    ],
  },
  next: [],
  checkpoint: { thread_id: threadId, checkpoint_id: '0190a3b4-0000-7000-8000-000000000006', version: 2 },
  parent_checkpoint: { thread_id: threadId, checkpoint_id: '0190a3b4-0000-7000-8000-000000000007', version: 1 },
  metadata: { source: 'model', run_id: runId, step: 1, attempt: 1, finish_reason: 'stop' },
  created_at: '2026-01-31T09:30:01.000Z',
  tasks: [],
};
