import type { QueueReport } from '../../shared/ops/queue-report.ts';

export const exampleReport: QueueReport = {
  lanes: [
    { lane: 'interactive', queued: 3, dispatched: 1, waiting: 0, running: 12, oldest_wait_ms: 840, paused: false },
    { lane: 'batch', queued: 9240, dispatched: 30, waiting: 9200, running: 20, oldest_wait_ms: 61000, paused: false },
  ],
  projects: [
    {
      project_id: '0190a3b4-0000-7000-8000-000000000011',
      name: 'Support',
      lane: 'batch',
      waiting: 9200,
      paused: false,
    },
  ],
  workers: [
    {
      worker_id: 'host-17-0a1b2c3d',
      seen_at: '2026-01-31T09:29:58.000Z',
      started_at: '2026-01-31T08:00:00.000Z',
      alive: true,
      draining: false,
      slots: { interactive: 100, batch: 20 },
      running: 12,
    },
  ],
  window: {
    minutes: 60,
    series: [
      {
        minute: '2026-01-31T09:29:00.000Z',
        lane: 'interactive',
        completed: 118,
        failed: 1,
        cancelled: 2,
        other: 0,
        ttft_p50_ms: 420,
        ttft_p95_ms: 1300,
        wait_p50_ms: 4,
      },
    ],
  },
  generated_at: '2026-01-31T09:30:00.000Z',
};
