import type { Command } from 'commander';
import { ask, type QueueReport } from './api/connection.ts';
import { followEvents } from './api/follow-events.ts';
import type { Context, ContextOf } from './context.ts';
import { type Columns, toTable } from './output/output.ts';

/** Nobody stops watching because a server starts again. */
const PATIENCE_MS = 3_600_000;

type LaneLoad = QueueReport['lanes'][number];
type WorkerState = QueueReport['workers'][number];

const seconds = (ms: number | null): string | null => (ms === null ? null : `${(ms / 1000).toFixed(1)} s`);

const LANES: Columns<LaneLoad> = {
  LANE: (lane) => (lane.paused ? `${lane.lane} (paused)` : lane.lane),
  QUEUED: (lane) => lane.queued,
  'ON QUEUE': (lane) => lane.dispatched,
  RUNNING: (lane) => lane.running,
  'OLDEST WAIT': (lane) => seconds(lane.oldest_wait_ms),
};
const WORKERS: Columns<WorkerState> = {
  WORKER: (worker) => worker.worker_id,
  STATE: (worker) => (worker.alive ? 'alive' : 'gone'),
  RUNNING: (worker) => worker.running,
  SLOTS: (worker) => `${worker.slots.interactive} + ${worker.slots.batch}`,
  SEEN: (worker) => worker.seen_at,
};

const toText = (report: QueueReport): string => `${toTable(report.lanes, LANES)}\n${toTable(report.workers, WORKERS)}`;

export function addQueuesCommand(program: Command, contextOf: ContextOf): void {
  program
    .command('queues')
    .description('lanes and workers, for a key that may see them')
    .option('--watch', 'again and again, until Ctrl-C')
    .action(async ({ watch = false }: { watch?: boolean }, command: Command) => {
      const context = contextOf(command);
      if (watch) return watchQueues(context);
      const report = await ask(context.connection.api.GET('/ops/queues'));
      context.output.thing(report, () => toText(report).trimEnd());
    });
}

async function watchQueues({ connection, output, signal }: Context): Promise<void> {
  const onTrouble = () => output.note('no answer; trying again');
  await followEvents(connection, '/ops/queues/stream', { forMs: PATIENCE_MS, signal, onTrouble }, ({ event, data }) => {
    if (event !== 'queues') return 'more';
    const report = JSON.parse(data) as QueueReport;
    // Where somebody looks, the new report takes the place of the old one.
    output.thing(report, () => `${output.progress.isTTY ? '\x1b[H\x1b[2J' : ''}${toText(report)}`);
    return 'more';
  });
}
