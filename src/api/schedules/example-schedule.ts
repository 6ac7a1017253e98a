import type { Schedule } from '../../shared/domain/schedule.ts';

export const exampleSchedule: Schedule = {
  schedule_id: '0190a3b4-0000-7000-8000-000000000031',
  project_id: '00000000-0000-7000-8000-000000000001',
  name: 'Morning report',
  cron: '0 9 * * MON-FRI',
  time_zone: 'Europe/Berlin',
  thread_id: null,
  assistant_id: '0190a3b4-0000-7000-8000-000000000001',
  input: { messages: [{ role: 'user', content: 'What happened since yesterday?' }] },
  overrides: {},
  metadata: {},
  lane: 'interactive',
  enabled: true,
  missed: 'skip',
  next_run_at: '2026-02-02T08:00:00.000Z',
  last_run_at: '2026-01-30T08:00:00.000Z',
  last_run_id: '0190a3b4-0000-7000-8000-000000000004',
  last_error: null,
  created_at: '2026-01-01T12:00:00.000Z',
  updated_at: '2026-01-01T12:00:00.000Z',
};
