import type { AddressInfo } from 'node:net';
import type { Config } from '../shared/config/load-config.ts';
import { createOnce } from '../shared/idempotency/once.ts';
import { openServices } from '../shared/lifecycle/open-services.ts';
import { readVersion } from '../shared/lifecycle/read-version.ts';
import type { ReleaseStack } from '../shared/lifecycle/release-stack.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import { createRegistry } from '../shared/metrics/create-registry.ts';
import { createAssistantRepository } from '../shared/mongo/assistant-repository.ts';
import { createBatchItems } from '../shared/mongo/batch-items.ts';
import { createBatchRepository } from '../shared/mongo/batch-repository.ts';
import { createBatchResults } from '../shared/mongo/batch-results.ts';
import { readEndedUsage } from '../shared/mongo/ended-usage.ts';
import { createUsageRepository } from '../shared/mongo/usage-repository.ts';
import { createAnyRun } from '../shared/ops/any-run.ts';
import { createLaneSwitch } from '../shared/ops/lane-switch.ts';
import { createQueueWatch } from '../shared/ops/queue-watch.ts';
import { createUnfinishedRuns } from '../shared/ops/unfinished-runs.ts';
import { createWorkerSwitch } from '../shared/ops/worker-switch.ts';
import { openBoardQueues } from '../shared/queue/board-queues.ts';
import { createRunEventHub } from '../shared/run-events/run-event-hub.ts';
import { createExplainWait } from '../shared/scheduling/explain-wait.ts';
import { createUsageReader } from '../shared/usage/usage-reader.ts';
import { createApp } from './app.ts';
import { createAccess } from './auth/create-access.ts';
import { createBatchStreams } from './batches/batch-streams.ts';
import { createHttpServer } from './create-http-server.ts';
import { createLimits } from './limits/create-limits.ts';
import { createBoardPage } from './ops/bull-board.ts';
import { registerQueueMetrics } from './ops/queue-metrics.ts';
import { createQueueStreams } from './ops/queue-streams.ts';
import { registerStreamMetrics } from './ops/stream-metrics.ts';
import { createRunStreams } from './sse/run-streams.ts';
import { createHealth } from './system/health.ts';

export interface RunningApi {
  readonly port: number;
  /** Answers what is under way, cuts the streams off (their clients rejoin elsewhere by id), and ends. What `releases` holds is still open then. */
  stop(): Promise<void>;
}

/** How long answers that are under way may take when the process stops. */
const STOP_MS = 8000;

/** Opens what the API needs and listens. */
export async function startApi(options: {
  config: Config;
  logger: Logger;
  releases: ReleaseStack;
  onCommand?: (name: string) => void;
}): Promise<RunningApi> {
  const { config, logger, releases, onCommand } = options;
  const services = await openServices({ config, name: 'api', logger, releases, ...(onCommand ? { onCommand } : {}) });
  const { models, command, subscriber, keys, queue, waiting, admissionLimits } = services;

  const hub = createRunEventHub({ subscriber, command, keys, logger });
  releases.push(() => hub.close());
  const streams = createRunStreams({ hub, logger, heartbeatMs: config.STREAM_HEARTBEAT_MS });
  const laneSwitch = createLaneSwitch({ models, queue, logger });
  const queueWatch = createQueueWatch({
    models,
    waiting,
    limits: admissionLimits,
    queue,
    lanes: laneSwitch,
    lostMs: config.WORKER_LOST_MS,
  });
  const queueStreams = createQueueStreams({ watch: queueWatch, logger, heartbeatMs: config.STREAM_HEARTBEAT_MS });
  const registry = createRegistry();
  registerStreamMetrics(registry, { streams, queueStreams });
  registerQueueMetrics(registry, queueWatch);
  const limits = createLimits({ config, models, redis: command, keys, logger });
  const access = await createAccess({ config, logger, models, guessGuard: limits.guessGuard });
  const openQueues = () => {
    const board = openBoardQueues(command, keys.queuePrefix, (err) => logger.warn({ err }, 'board'));
    releases.push(() => board.close());
    return board;
  };
  const batches = createBatchRepository(models);
  const batchStreams = createBatchStreams({ read: batches.get, logger, heartbeatMs: config.STREAM_HEARTBEAT_MS });
  const batchNudge = () =>
    void command.publish(keys.batchNudge, '').catch((err) => logger.warn({ err }, 'the workers will find the batch'));
  const app = createApp({
    ...services,
    config,
    logger,
    once: createOnce(),
    hub,
    streams,
    anyRun: createAnyRun(models),
    unfinishedRuns: createUnfinishedRuns(models),
    workerSwitch: createWorkerSwitch({ models, redis: command, keys, lostMs: config.WORKER_LOST_MS, logger }),
    usage: createUsageReader({
      usage: createUsageRepository(models),
      readEnded: (from, to) => readEndedUsage(models, from, to),
    }),
    laneSwitch,
    explainWait: createExplainWait({ ...services, limits: admissionLimits, lanes: laneSwitch }),
    queueWatch,
    queueStreams,
    registry,
    batches,
    batchItems: createBatchItems(models),
    batchResults: createBatchResults(models),
    batchStreams,
    batchNudge,
    version: await readVersion(),
    ...limits,
    ...access,
    board: createBoardPage({ ...access, redis: command, openQueues }),
    assistants: createAssistantRepository(models),
    health: createHealth({ ...services, redis: command, lostMs: config.WORKER_LOST_MS }),
  });
  const stopping = new AbortController();
  const server = createHttpServer(app, logger, {}, stopping.signal);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.PORT, config.HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      streams.closeAll();
      queueStreams.closeAll();
      batchStreams.closeAll();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), STOP_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}
