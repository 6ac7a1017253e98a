import type { Redis } from 'ioredis';
import type { Config } from '../config/load-config.ts';
import { createDocumentServices, type DocumentServices } from '../documents/document-services.ts';
import { createEmbedder } from '../llm/create-embedder.ts';
import type { Logger } from '../logging/create-logger.ts';
import { type AccessModels, createAccessModels } from '../mongo/access-models.ts';
import { type BatchModels, createBatchModels } from '../mongo/batch-models.ts';
import { type CheckpointLog, createCheckpointLog } from '../mongo/checkpoint-log.ts';
import { connectMongo } from '../mongo/connect-mongo.ts';
import { createDocumentModels, type DocumentModels } from '../mongo/document-models.ts';
import { ensureIndexes } from '../mongo/ensure-indexes.ts';
import { createModels, type Models } from '../mongo/models.ts';
import { createRunLifecycle, type RunLifecycle } from '../mongo/run-lifecycle.ts';
import { createRunRepository, type RunRepository } from '../mongo/run-repository.ts';
import { createScheduleModels, type ScheduleModels } from '../mongo/schedule-models.ts';
import { createScheduleRepository, type ScheduleRepository } from '../mongo/schedule-repository.ts';
import { createThreadReader, type ThreadReader } from '../mongo/thread-reader.ts';
import { createThreadRepository, type ThreadRepository } from '../mongo/thread-repository.ts';
import { createToolCallRepository, type ToolCallRepository } from '../mongo/tool-call-repository.ts';
import { createUsageModels, type UsageModels } from '../mongo/usage-models.ts';
import { createWaitingRuns, type WaitingRuns } from '../mongo/waiting-runs.ts';
import { createWebhookModels, type WebhookModels } from '../mongo/webhook-models.ts';
import { createOutbound, type Outbound } from '../outbound/create-outbound.ts';
import { createRunQueue, type RunQueue } from '../queue/run-queue.ts';
import { createScheduleClock, type ScheduleClock } from '../queue/schedule-clock.ts';
import { connectRedis, type RedisRole, redisReady } from '../redis/connect-redis.ts';
import { createRedisKeys, type RedisKeys } from '../redis/keys.ts';
import { readRedisSettings, refuseEviction } from '../redis/redis-settings.ts';
import { type Admission, createAdmission } from '../scheduling/admission.ts';
import { type AdmissionLimits, createAdmissionLimits } from '../scheduling/admission-limits.ts';
import { createAdmissionWindow } from '../scheduling/admission-window.ts';
import { createDispatcher, type Dispatcher } from '../scheduling/dispatcher.ts';
import { createPauseBell, type PauseBell } from '../scheduling/pause-bell.ts';
import { createSecretBox, type SecretBox } from '../secrets/secret-box.ts';
import { type ConcludeRun, createConcludeRun } from '../threads/conclude-run.ts';
import { createRemoveRemains, type RemoveRemains } from '../threads/remove-remains.ts';
import { createRunCanceller, type RunCanceller } from '../threads/run-canceller.ts';
import { createThreadRemover, type ThreadRemover } from '../threads/thread-remover.ts';
import { openTracing } from '../tracing/open-tracing.ts';
import { traceQueue } from '../tracing/trace-queue.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { createWebhookServices, type WebhookServices } from '../webhooks/webhook-services.ts';
import { readVersion } from './read-version.ts';
import type { ReleaseStack } from './release-stack.ts';

/** All collections. */
export type AllModels = Models &
  AccessModels &
  BatchModels &
  DocumentModels &
  UsageModels &
  WebhookModels &
  ScheduleModels;

const createAllModels = (connection: Parameters<typeof createModels>[0]): AllModels => ({
  ...createModels(connection),
  ...createAccessModels(connection),
  ...createBatchModels(connection),
  ...createDocumentModels(connection),
  ...createUsageModels(connection),
  ...createWebhookModels(connection),
  ...createScheduleModels(connection),
});

/** What the API and the worker have in common. */
export interface Services {
  readonly models: AllModels;
  readonly keys: RedisKeys;
  readonly command: Redis;
  readonly publisher: Redis;
  readonly subscriber: Redis;
  /** A further Redis connection, closed with the others. */
  readonly connect: (role: RedisRole) => Promise<Redis>;
  readonly threads: ThreadRepository;
  readonly runs: RunRepository;
  readonly lifecycle: RunLifecycle;
  readonly toolCalls: ToolCallRepository;
  readonly log: CheckpointLog;
  readonly reader: ThreadReader;
  readonly queue: RunQueue;
  readonly waiting: WaitingRuns;
  readonly admissionLimits: AdmissionLimits;
  readonly pauseBell: PauseBell;
  readonly admission: Admission;
  readonly dispatcher: Dispatcher;
  readonly conclude: ConcludeRun;
  readonly canceller: RunCanceller;
  readonly remover: ThreadRemover;
  readonly removeRemains: RemoveRemains;
  /** Calls to URLs that projects gave us; nothing else may call those. */
  readonly outbound: Outbound;
  readonly secrets: SecretBox;
  readonly hooks: WebhookServices;
  readonly schedules: { readonly records: ScheduleRepository; readonly clock: ScheduleClock };
  readonly documents: DocumentServices;
  /** Rejects when MongoDB does not answer. */
  readonly tracing: Tracing;
  readonly pingMongo: () => Promise<unknown>;
}

const REDIS_START_MS = 10_000;
/** Longest wait of an API for a Redis that may be away. */
const REDIS_LOOK_MS = 1500;

const isReady = (redis: Redis): Promise<boolean> =>
  redisReady(redis, REDIS_LOOK_MS).then(
    () => true,
    () => false,
  );

export interface OpenOptions {
  readonly config: Config;
  readonly name: 'api' | 'worker';
  readonly logger: Logger;
  readonly releases: ReleaseStack;
  /** Name of every MongoDB command sent; tests count with it. */
  readonly onCommand?: (name: string) => void;
}

/**
 * Connects to MongoDB and Redis, makes the indexes, and builds the services on them. Everything opened is on `releases`.
 * @throws when MongoDB cannot be reached, for a worker also Redis, or when Redis evicts keys. An API starts without Redis and is not ready until it is there.
 */
export async function openServices({ config, name, logger, releases, onCommand }: OpenOptions): Promise<Services> {
  const open = (patience: 'request' | 'work') =>
    connectMongo({
      url: config.MONGODB_URL,
      database: config.MONGODB_DATABASE,
      poolSize: config.MONGODB_POOL,
      appName: `skein-${name}`,
      patience,
      ...(onCommand ? { onCommand } : {}),
    });
  const tracing = await openTracing(config, `skein-${name}`, await readVersion());
  releases.push(() => tracing.close());
  // Building an index may take longer than any request may.
  const setUp = await open('work');
  await ensureIndexes(createAllModels(setUp)).finally(() => setUp.destroy());
  const mongo = await open(name === 'api' ? 'request' : 'work');
  releases.push(() => mongo.destroy());
  const models = createAllModels(mongo);

  // An API accepts runs without Redis, a worker can do nothing.
  const needsRedis = name === 'worker';
  const connect = async (role: RedisRole): Promise<Redis> => {
    const connection = connectRedis(config.REDIS_URL, role, `skein-${name}-${role}`, (err) =>
      logger.warn({ err, role }, 'redis'),
    );
    releases.push(() => connection.disconnect());
    if (needsRedis) await redisReady(connection, REDIS_START_MS);
    return connection;
  };
  const command = await connect('command');
  if (needsRedis || (await isReady(command))) refuseEviction(await readRedisSettings(command));
  else {
    logger.warn('Redis is away; runs are accepted and wait');
    command.once('ready', () => {
      readRedisSettings(command)
        .then(refuseEviction)
        .catch((err) => logger.fatal({ err }, 'this Redis cannot be relied on'));
    });
  }
  const publisher = await connect('publisher');
  const subscriber = await connect('subscriber');
  const keys = createRedisKeys(config.REDIS_PREFIX);

  const threads = createThreadRepository(models);
  const runs = createRunRepository(models);
  const lifecycle = createRunLifecycle(models);
  const toolCalls = createToolCallRepository(models);
  const log = createCheckpointLog(models);
  const runQueue = createRunQueue(command, keys.queuePrefix, (err) => logger.warn({ err }, 'queue'));
  releases.push(() => runQueue.close());
  const queue = traceQueue(runQueue, tracing);
  const waiting = createWaitingRuns(models);
  const admissionLimits = createAdmissionLimits({ models, fixed: config.ADMISSION_WINDOW, logger });
  const admission = createAdmission({
    window: createAdmissionWindow(command, keys),
    limits: admissionLimits,
    waiting,
    queue,
    logger,
  });
  const dispatcher = createDispatcher({ lifecycle, admission });
  const removeRemains = createRemoveRemains({ threads, runs, log, toolCalls, redis: command, keys, logger });
  const conclude = createConcludeRun({ threads, dispatcher, admission, removeRemains, redis: publisher, keys, logger });
  const canceller = createRunCanceller({ runs, conclude, redis: command, keys, logger });
  const remover = createThreadRemover({ threads, runs, log, toolCalls, canceller, redis: command, keys, logger });
  const outbound = createOutbound({ allow: config.OUTBOUND_ALLOW });
  const secrets = createSecretBox(config);
  const hooks = createWebhookServices({
    models,
    redis: command,
    queuePrefix: keys.queuePrefix,
    outbound,
    secrets,
    logger,
  });
  releases.push(() => hooks.queue.close());
  const clock = createScheduleClock(command, keys.queuePrefix, (err) => logger.warn({ err }, 'schedule clock'));
  releases.push(() => clock.close());
  const documents = createDocumentServices({
    models,
    redis: command,
    queuePrefix: keys.queuePrefix,
    embedder: config.OPENAI_EMBEDDING_MODEL
      ? createEmbedder({
          baseUrl: config.OPENAI_BASE_URL,
          apiKey: config.OPENAI_API_KEY,
          model: config.OPENAI_EMBEDDING_MODEL,
        })
      : null,
    logger,
  });
  releases.push(() => documents.queue.close());

  return {
    models,
    keys,
    command,
    publisher,
    subscriber,
    connect,
    threads,
    runs,
    lifecycle,
    toolCalls,
    log,
    queue,
    waiting,
    admissionLimits,
    pauseBell: createPauseBell({ subscriber, command, keys, limits: admissionLimits, logger }),
    admission,
    dispatcher,
    conclude,
    canceller,
    remover,
    removeRemains,
    outbound,
    secrets,
    hooks,
    schedules: { records: createScheduleRepository(models), clock },
    documents,
    reader: createThreadReader(log),
    tracing,
    pingMongo: async () => mongo.db?.command({ ping: 1 }),
  };
}
