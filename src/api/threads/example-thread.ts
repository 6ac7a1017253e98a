import type { Thread } from '../../shared/domain/thread.ts';

export const exampleThread: Thread = {
  thread_id: '0190a3b4-0000-7000-8000-000000000002',
  name: 'Trip to Lisbon',
  assistant_id: '0190a3b4-0000-7000-8000-000000000001',
  project_id: '00000000-0000-7000-8000-000000000001',
  status: 'idle',
  metadata: { source: 'web' },
  last_message: { role: 'assistant', text: '12*7 is 84.', created_at: '2026-01-31T09:30:04.000Z' },
  created_at: '2026-01-31T09:30:00.000Z',
  updated_at: '2026-01-31T09:30:04.000Z',
};
