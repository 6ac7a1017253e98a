import type { Config } from '../shared/config/load-config.ts';
import { createSchemaCache } from '../shared/json-schema/schema-cache.ts';
import { openServices } from '../shared/lifecycle/open-services.ts';
import type { ReleaseStack } from '../shared/lifecycle/release-stack.ts';
import { createLlm } from '../shared/llm/create-llm.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import { createRegistry } from '../shared/metrics/create-registry.ts';
import { createAssistantRepository } from '../shared/mongo/assistant-repository.ts';
import { createBatchWork } from '../shared/mongo/batch-work.ts';
import { createDeletedProjects } from '../shared/mongo/deleted-projects.ts';
import { readEndedUsage } from '../shared/mongo/ended-usage.ts';
import { createRunSweep } from '../shared/mongo/run-sweep.ts';
import { createUsageRepository } from '../shared/mongo/usage-repository.ts';
import { createWorkerRepository } from '../shared/mongo/worker-repository.ts';
import { createLaneSwitch } from '../shared/ops/lane-switch.ts';
import { createRunConsumer } from '../shared/queue/run-consumer.ts';
import { createEmptyProjects } from '../shared/threads/project-emptier.ts';
import { createFoldUsage } from '../shared/usage/fold-usage.ts';
import { createActiveRuns } from './active-runs.ts';
import { startBatchFeeder } from './batches/batch-feeder.ts';
import { listenForCancels } from './cancel-listener.ts';
import { startDocuments } from './documents/start-documents.ts';
import { createFence } from './fence.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createIntake } from './intake.ts';
import { startProbeServer } from './probe-server.ts';
import { createTokenCounterLoader } from './run/token-counter.ts';
import { createRunHandler } from './run-worker.ts';
import { startSchedules } from './schedules/start-schedules.ts';
import { createSuspectSlot } from './suspect-slot.ts';
import { startSweeper } from './sweeper.ts';
import type { ToolServices } from './tools/builtin-tools.ts';
import type { BuiltinTool } from './tools/tool.ts';
import { startWebhooks } from './webhooks/start-webhooks.ts';
import { createWorkerMetrics } from './worker-metrics.ts';

export interface RunningWorker {
  /** Lets runs go on for `DRAIN_MS`, gives back what is left, and ends. What `releases` holds is still open then. */
  stop(): Promise<void>;
  /** Where metrics and probes are served; null: nowhere. */
  readonly metricsPort: number | null;
}

/** After the runs were told to stop: how long giving them back may take. */
const GIVE_BACK_MS = 4000;

/** Opens what a worker needs, in the order that the promises need: it is known to be alive before it takes its first run. */
export async function startWorker(options: {
  config: Config;
  workerId: string;
  /** What it executes itself, by name. */
  createTools: (services: ToolServices) => ReadonlyMap<string, BuiltinTool>;
  logger: Logger;
  releases: ReleaseStack;
  onCommand?: (name: string) => void;
}): Promise<RunningWorker> {
  const { config, workerId, createTools, logger, releases, onCommand } = options;
  const stopped = new AbortController();

  const services = await openServices({
    config,
    name: 'worker',
    logger,
    releases,
    ...(onCommand ? { onCommand } : {}),
  });
  const {
    models,
    keys,
    publisher,
    subscriber,
    threads,
    lifecycle,
    toolCalls,
    log,
    reader,
    queue,
    admission,
    dispatcher,
    conclude,
    remover,
  } = services;
  const tools = createTools({ search: services.documents.search });
  const workers = createWorkerRepository(models);
  const blocking = await services.connect('worker');

  const llm = createLlm({
    baseUrl: config.OPENAI_BASE_URL,
    apiKey: config.OPENAI_API_KEY,
    headersTimeoutMs: config.MODEL_HEADERS_TIMEOUT_MS,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT_MS,
    logger,
  });
  releases.push(() => llm.close());

  const lanes = createLaneSwitch({ models, queue, logger });
  const active = createActiveRuns();
  const fence = createFence({ lostMs: config.WORKER_LOST_MS, active, logger });
  const slots = { interactive: config.INTERACTIVE_SLOTS, batch: config.BATCH_SLOTS };
  const registry = createRegistry();
  const intake = createIntake();
  const metrics = createWorkerMetrics({
    registry,
    defaultModel: config.DEFAULT_MODEL,
    tools: tools.keys(),
    state: () => ({ slots, running: active.size, takesRuns: intake.state === 'open', silentMs: fence.silentMs() }),
  });
  const heartbeat = await startHeartbeat({
    workerId,
    workers,
    lifecycle,
    active,
    slots,
    logger,
    fence,
    intake,
    everyMs: config.HEARTBEAT_MS,
    healthFile: config.HEALTH_FILE,
  });
  const schedules = startSchedules({ services, redis: blocking, config, logger });
  const webhooks = startWebhooks({ services, redis: blocking, config, logger });
  const documents = startDocuments({ services, redis: blocking, config, logger });
  await listenForCancels(subscriber, keys, workerId, active, heartbeat.look);
  const sweeper = startSweeper({
    further: { ...webhooks.sweep, ...schedules.sweep, ...documents.sweep },
    sweep: createRunSweep(models),
    lifecycle,
    conclude,
    workers,
    queue,
    lanes,
    dispatcher,
    admission,
    remover,
    foldUsage: createFoldUsage({
      usage: createUsageRepository(models),
      readEnded: (from, to) => readEndedUsage(models, from, to),
    }),
    emptyProjects: createEmptyProjects({
      projects: createDeletedProjects(models),
      remover,
      removeRemains: services.removeRemains,
    }),
    logger,
    metrics,
    workerId,
    active,
    everyMs: config.SWEEP_MS,
    lostMs: config.WORKER_LOST_MS,
  });
  const handle = createRunHandler({
    tracing: services.tracing,
    announcer: webhooks.announcer,
    metrics,
    workerId,
    lifecycle,
    active,
    suspects: createSuspectSlot(),
    checkFence: () => fence.check(),
    removeRemains: services.removeRemains,
    threads,
    dispatcher,
    admission,
    toolCalls,
    log,
    llm,
    keys,
    logger,
    reader,
    tools,
    loadTokenCounter: createTokenCounterLoader(),
    checkSchema: createSchemaCache(),
    defaultModel: config.DEFAULT_MODEL,
    stepTimeoutMs: config.MODEL_STEP_TIMEOUT_MS,
    redis: publisher,
    intake,
    stopped: stopped.signal,
  });
  const feeder = await startBatchFeeder({
    models,
    work: createBatchWork(models),
    threads,
    runs: services.runs,
    assistants: createAssistantRepository(models),
    log,
    dispatcher,
    admission,
    canceller: services.canceller,
    announce: services.hooks.announce,
    runHooks: services.hooks.runHooks,
    logger,
    subscriber,
    keys,
    openRuns: config.BATCH_OPEN_RUNS,
    retentionMs: config.BATCH_RETENTION_DAYS * 86_400_000,
    idleMs: config.SWEEP_MS,
    leaseMs: config.WORKER_LOST_MS,
  });
  // Redis may have lost the pauses while nobody was there to sweep.
  await lanes.apply();
  const consumers = (['interactive', 'batch'] as const)
    .filter((lane) => slots[lane] > 0)
    .map((lane) =>
      createRunConsumer({
        redis: blocking,
        prefix: keys.queuePrefix,
        lane,
        slots: slots[lane],
        handle,
        onError: (err) => logger.error({ err, lane }, 'queue worker'),
      }),
    );

  await intake.control(consumers);

  const probes =
    config.METRICS_PORT === undefined
      ? null
      : await startProbeServer({
          host: config.HOST,
          port: config.METRICS_PORT,
          registry,
          notReady: () => ({
            ...(intake.state === 'open' ? {} : { worker: intake.state }),
            ...(fence.silentMs() < config.WORKER_LOST_MS ? {} : { mongo: 'heartbeats fail' }),
            ...(blocking.status === 'ready' ? {} : { redis: 'not connected' }),
          }),
        });
  if (probes) releases.push(() => probes.close());

  return {
    metricsPort: probes?.port ?? null,
    async stop() {
      await intake.stop();
      await within(active.idle(), config.DRAIN_MS);
      active.abortAll('stop');
      await within(active.idle(), GIVE_BACK_MS);
      stopped.abort();
      await feeder.stop();
      await sweeper.stop();
      await within(Promise.all([webhooks.stop(), schedules.stop(), documents.stop()]), GIVE_BACK_MS);
      await within(Promise.all(consumers.map((consumer) => consumer.close())), GIVE_BACK_MS);
      await heartbeat.stop();
    },
  };
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
