import type { Config } from '../shared/config/load-config.ts';
import type { ReleaseStack } from '../shared/lifecycle/release-stack.ts';
import { createLlm } from '../shared/llm/create-llm.ts';
import type { Logger } from '../shared/logging/create-logger.ts';
import { createCheckpointLog } from '../shared/mongo/checkpoint-log.ts';
import { connectMongo } from '../shared/mongo/connect-mongo.ts';
import { createModels, ensureIndexes } from '../shared/mongo/models.ts';
import { createRunLifecycle } from '../shared/mongo/run-lifecycle.ts';
import { createRunRepository } from '../shared/mongo/run-repository.ts';
import { createRunSweep } from '../shared/mongo/run-sweep.ts';
import { createThreadReader } from '../shared/mongo/thread-reader.ts';
import { createThreadRepository } from '../shared/mongo/thread-repository.ts';
import { createToolCallRepository } from '../shared/mongo/tool-call-repository.ts';
import { createWorkerRepository } from '../shared/mongo/worker-repository.ts';
import { createRunConsumer } from '../shared/queue/run-consumer.ts';
import { createRunQueue } from '../shared/queue/run-queue.ts';
import { connectRedis, type RedisRole, redisReady } from '../shared/redis/connect-redis.ts';
import { createRedisKeys } from '../shared/redis/keys.ts';
import { createDispatcher } from '../shared/scheduling/dispatcher.ts';
import { createConcludeRun } from '../shared/threads/conclude-run.ts';
import { createRunCanceller } from '../shared/threads/run-canceller.ts';
import { createThreadRemover } from '../shared/threads/thread-remover.ts';
import { createActiveRuns } from './active-runs.ts';
import { listenForCancels } from './cancel-listener.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createRunHandler } from './run-worker.ts';
import { startSweeper } from './sweeper.ts';
import { createBuiltinTools } from './tools/builtin-tools.ts';

export interface RunningWorker {
  /** Lets runs go on for `DRAIN_MS`, gives back what is left, and ends. What `releases` holds is still open then. */
  stop(): Promise<void>;
}

/** After the runs were told to stop: how long giving them back may take. */
const GIVE_BACK_MS = 4000;
const REDIS_START_MS = 10_000;

/** Opens what a worker needs, in the order that the promises need: it is known to be alive before it takes its first run. */
export async function startWorker(options: {
  config: Config;
  workerId: string;
  logger: Logger;
  releases: ReleaseStack;
  onCommand?: (name: string) => void;
}): Promise<RunningWorker> {
  const { config, workerId, logger, releases, onCommand } = options;
  const stopped = new AbortController();

  const mongo = await connectMongo({
    url: config.MONGODB_URL,
    database: config.MONGODB_DATABASE,
    poolSize: config.MONGODB_POOL,
    appName: 'skein-worker',
    ...(onCommand ? { onCommand } : {}),
  });
  releases.push(() => mongo.destroy());
  const models = createModels(mongo);
  await ensureIndexes(models);

  const redis = async (role: RedisRole) => {
    const connection = connectRedis(config.REDIS_URL, role, (err) => logger.warn({ err, role }, 'redis'));
    releases.push(() => connection.disconnect());
    await redisReady(connection, REDIS_START_MS);
    return connection;
  };
  const [command, publisher, subscriber, blocking] = await Promise.all(
    (['command', 'publisher', 'subscriber', 'worker'] as const).map(redis),
  );
  if (!command || !publisher || !subscriber || !blocking) throw new Error('a Redis connection is missing');
  const keys = createRedisKeys(config.REDIS_PREFIX);

  const llm = createLlm({
    baseUrl: config.OPENAI_BASE_URL,
    apiKey: config.OPENAI_API_KEY,
    headersTimeoutMs: config.MODEL_HEADERS_TIMEOUT_MS,
    idleTimeoutMs: config.MODEL_IDLE_TIMEOUT_MS,
    logger,
  });
  releases.push(() => llm.close());

  const lifecycle = createRunLifecycle(models);
  const threads = createThreadRepository(models);
  const runs = createRunRepository(models);
  const workers = createWorkerRepository(models);
  const toolCalls = createToolCallRepository(models);
  const log = createCheckpointLog(models);
  const queue = createRunQueue(command, keys.queuePrefix, (err) => logger.warn({ err }, 'queue'));
  releases.push(() => queue.close());
  const dispatcher = createDispatcher({ lifecycle, queue, logger });
  const conclude = createConcludeRun({ threads, dispatcher, redis: publisher, keys, logger });
  const canceller = createRunCanceller({ runs, conclude, redis: command, keys, logger });
  const remover = createThreadRemover({ threads, runs, log, toolCalls, canceller, redis: command, keys, logger });

  const active = createActiveRuns();
  const slots = { interactive: config.INTERACTIVE_SLOTS, batch: config.BATCH_SLOTS };
  await listenForCancels(subscriber, keys, workerId, active);
  const heartbeat = await startHeartbeat({
    workerId,
    workers,
    lifecycle,
    active,
    slots,
    logger,
    everyMs: config.HEARTBEAT_MS,
    lostMs: config.WORKER_LOST_MS,
    healthFile: config.HEALTH_FILE,
  });
  const sweeper = startSweeper({
    sweep: createRunSweep(models),
    lifecycle,
    conclude,
    workers,
    queue,
    dispatcher,
    remover,
    logger,
    everyMs: config.SWEEP_MS,
    lostMs: config.WORKER_LOST_MS,
  });
  const handle = createRunHandler({
    workerId,
    lifecycle,
    active,
    threads,
    dispatcher,
    toolCalls,
    log,
    llm,
    keys,
    logger,
    reader: createThreadReader(log),
    tools: createBuiltinTools(),
    defaultModel: config.DEFAULT_MODEL,
    stepTimeoutMs: config.MODEL_STEP_TIMEOUT_MS,
    redis: publisher,
    stopped: stopped.signal,
  });
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

  return {
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.pause()));
      await within(active.idle(), config.DRAIN_MS);
      active.abortAll('stop');
      await within(active.idle(), GIVE_BACK_MS);
      stopped.abort();
      await sweeper.stop();
      await Promise.all(consumers.map((consumer) => consumer.close()));
      await heartbeat.stop();
    },
  };
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
