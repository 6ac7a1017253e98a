import type { Delivery, Webhook } from '../../shared/domain/webhook.ts';

export const exampleWebhook: Webhook = {
  webhook_id: '0190a3b4-0000-7000-8000-000000000021',
  project_id: '00000000-0000-7000-8000-000000000001',
  url: 'https://example.com/skein',
  events: ['run.completed', 'run.failed'],
  description: 'Billing',
  enabled: true,
  disabled_reason: null,
  old_secret_until: null,
  last_delivered_at: '2026-01-31T09:30:00.000Z',
  created_at: '2026-01-31T09:00:00.000Z',
  updated_at: '2026-01-31T09:00:00.000Z',
};

export const exampleDelivery: Delivery = {
  delivery_id: '51c0a3b4-0000-5000-8000-000000000022',
  webhook_id: exampleWebhook.webhook_id,
  project_id: exampleWebhook.project_id,
  message_id: '51c0a3b4-0000-5000-8000-000000000023',
  type: 'run.completed',
  subject_id: '0190a3b4-0000-7000-8000-000000000004',
  url: exampleWebhook.url,
  status: 'delivered',
  attempts: 2,
  next_attempt_at: null,
  log: [
    {
      at: '2026-01-31T09:30:01.000Z',
      duration_ms: 120,
      status_code: 503,
      error: 'The answer was 503.',
      excerpt: 'try again',
    },
    { at: '2026-01-31T09:30:06.000Z', duration_ms: 80, status_code: 200, error: null, excerpt: '' },
  ],
  payload: {
    type: 'run.completed',
    timestamp: '2026-01-31T09:30:00.900Z',
    data: { run_id: '0190a3b4-0000-7000-8000-000000000004', status: 'completed' },
  },
  created_at: '2026-01-31T09:30:00.910Z',
  finished_at: '2026-01-31T09:30:06.080Z',
};
