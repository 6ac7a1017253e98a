import { Gauge, type Registry } from 'prom-client';
import type { QueueReport } from '../../shared/ops/queue-report.ts';
import type { QueueWatch } from '../../shared/ops/queue-watch.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * The queues, the same numbers as `GET /ops/queues`. They are of the whole installation, so every API process tells the same: take `max`, not `sum`. By lane and not by project: a label
 * for each project would grow without limit. While the report cannot be made they are absent, and `skein_queue_report_up` is 0; nothing else of a scrape suffers.
 */
export function registerQueueMetrics(registry: Registry, watch: Pick<QueueWatch, 'report'>): void {
  function gauge(name: string, help: string, label: string, read: (report: QueueReport) => [Labels, number | null][]) {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      async collect() {
        const report = await watch.report().catch(() => null);
        this.reset();
        if (report === null) return;
        for (const [labels, value] of read(report)) if (value !== null) this.set(labels, value);
      },
    });
  }
  const byLane = (name: string, help: string, read: (lane: QueueReport['lanes'][number]) => number | null) =>
    gauge(name, help, 'lane', ({ lanes }) => lanes.map((load) => [{ lane: load.lane }, read(load)]));

  byLane(
    'skein_queue_waiting_runs',
    'Accepted runs that wait: for their turn on the thread, or for a worker.',
    (lane) => lane.queued,
  );
  byLane(
    'skein_queue_dispatched_runs',
    'Those of them that are on the queue, ready for a worker.',
    (lane) => lane.dispatched,
  );
  byLane(
    'skein_queue_oldest_wait_seconds',
    'How long the oldest of them waits; 0 when none does.',
    (lane) => (lane.oldest_wait_ms ?? 0) / 1000,
  );
  byLane('skein_queue_running_runs', 'Runs that workers execute.', (lane) => lane.running);
  byLane('skein_queue_paused', '1 while the lane is paused.', (lane) => Number(lane.paused));
  gauge(
    'skein_queue_slots',
    'Runs that the workers that live and are not drained can execute at a time.',
    'lane',
    ({ workers }) =>
      (['interactive', 'batch'] as const).map((lane) => [
        { lane },
        workers.reduce((sum, worker) => (worker.alive && !worker.draining ? sum + worker.slots[lane] : sum), 0),
      ]),
  );
  gauge(
    'skein_workers',
    'Workers that take runs, those that are drained, and those that died within a day.',
    'state',
    ({ workers }) => {
      const alive = workers.filter((worker) => worker.alive);
      const draining = alive.filter((worker) => worker.draining).length;
      return [
        [{ state: 'alive' }, alive.length - draining],
        [{ state: 'draining' }, draining],
        [{ state: 'dead' }, workers.length - alive.length],
      ];
    },
  );
  new Gauge({
    name: 'skein_queue_report_up',
    help: '1 when the numbers of the queues could be read, which needs MongoDB.',
    registers: [registry],
    async collect() {
      this.set(
        await watch.report().then(
          () => 1,
          () => 0,
        ),
      );
    },
  });
}
