import type { Connection } from 'mongoose';
import { afterAll, beforeAll } from 'vitest';
import { startApi } from '../../src/api/start-api.ts';
import { loadConfig } from '../../src/shared/config/load-config.ts';
import { newId } from '../../src/shared/domain/ids.ts';
import { createReleaseStack } from '../../src/shared/lifecycle/release-stack.ts';
import { createLogger } from '../../src/shared/logging/create-logger.ts';
import { type BatchModels, createBatchModels } from '../../src/shared/mongo/batch-models.ts';
import { connectMongo } from '../../src/shared/mongo/connect-mongo.ts';
import { createDocumentModels, type DocumentModels } from '../../src/shared/mongo/document-models.ts';
import { createModels, type Models } from '../../src/shared/mongo/models.ts';
import { startWorker } from '../../src/worker/start-worker.ts';
import { createBuiltinTools } from '../../src/worker/tools/builtin-tools.ts';
import type { BuiltinTool } from '../../src/worker/tools/tool.ts';
import type { FakeAnswer } from './fake-model/fake-answer.ts';
import { type FakeModel, startFakeModel } from './fake-model/start-fake-model.ts';
import { type TestServices, useServices } from './services.ts';
import { createClient, type SkeinClient } from './skein-client.ts';

export interface TestWorker {
  readonly workerId: string;
  /** With METRICS_PORT. */
  readonly metricsPort: number | null;
  /** As SIGTERM does. */
  stop(): Promise<void>;
}

/** The whole server in this process, for one test file. Fields are set once `beforeAll` has run. */
export interface Skein extends SkeinClient {
  readonly services: TestServices;
  readonly url: string;
  readonly model: FakeModel;
  /** The record itself, for what the API does not show and for putting it into states that only a crash leaves. */
  readonly models: Models & BatchModels & DocumentModels;
  /** MongoDB commands of API and workers since the last `clear`. */
  readonly commands: string[];
  /** The settings that API and workers run with; real processes take them too. */
  readonly env: Readonly<Record<string, string>>;
  startWorker(env?: Readonly<Record<string, string>>): Promise<TestWorker>;
}

export interface SkeinOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** How many workers there are from the beginning; default 1. */
  readonly workers?: number;
  /** What the workers execute themselves; default what real ones do. Assistants can name only those. */
  readonly tools?: ReadonlyMap<string, BuiltinTool>;
  /** Settings known only when the services run, such as a Redis of the test's own. */
  readonly lateEnv?: () => Readonly<Record<string, string>>;
}

/** Nothing that only happens by time happens during a test, unless its settings say so: what passes without the sweeper works without it. */
const QUIET = {
  HEARTBEAT_MS: '5000',
  WORKER_LOST_MS: '15000',
  SWEEP_MS: '86400000',
  STREAM_HEARTBEAT_MS: '5000',
  DRAIN_MS: '2000',
  NODE_ENV: 'test',
  LOG_LEVEL: 'silent',
  PORT: '0',
  MONGODB_POOL: '10',
  // Receivers of tests are on this machine.
  OUTBOUND_ALLOW: '127.0.0.1',
  WEBHOOK_BACKOFF_MS: '20,20,20',
};

/** Starts the API, workers and a fake model on a database and Redis keys of the file's own; all is closed, and checked for leaks, at its end. */
export function useSkein(options: SkeinOptions = {}): Skein {
  const services = useServices();
  const undo: (() => unknown)[] = [];
  const commands: string[] = [];
  const onCommand = (name: string) => void commands.push(name);
  const logger = createLogger({ name: 'test', level: 'silent' });
  const given = options.tools;
  const createTools = given ? () => given : createBuiltinTools;
  const skein = { services, commands } as unknown as { -readonly [K in keyof Skein]: Skein[K] };

  async function startTestWorker(env: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
    const releases = createReleaseStack();
    const workerId = `test-${newId()}`;
    const config = loadConfig({ ...skein.env, ...env });
    const worker = await startWorker({ config, workerId, createTools, logger, releases, onCommand });
    let stopping: Promise<void> | null = null;
    const stop = () => {
      stopping ??= worker.stop().then(() => releases.release());
      return stopping;
    };
    undo.push(stop);
    return { workerId, metricsPort: worker.metricsPort, stop };
  }

  beforeAll(async () => {
    const model = await startFakeModel();
    undo.push(() => model.stop());
    skein.model = model;
    skein.env = {
      ...services.env,
      ...QUIET,
      OPENAI_BASE_URL: model.baseUrl,
      DEFAULT_MODEL: 'fake-model',
      ...options.env,
      ...options.lateEnv?.(),
    };
    const connection = await connectRecord(services);
    undo.push(() => connection.destroy());
    skein.models = {
      ...createModels(connection),
      ...createBatchModels(connection),
      ...createDocumentModels(connection),
    };

    const releases = createReleaseStack();
    undo.push(() => releases.release());
    const api = await startApi({ config: loadConfig(skein.env), logger, releases, onCommand });
    undo.push(() => api.stop());
    const url = `http://127.0.0.1:${api.port}`;
    Object.assign(
      skein,
      createClient(() => url),
      { url },
    );
    for (let n = 0; n < (options.workers ?? 1); n += 1) await startTestWorker();
  });

  afterAll(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });

  skein.startWorker = startTestWorker;
  return skein;
}

const connectRecord = ({ mongoUrl, database }: TestServices): Promise<Connection> =>
  connectMongo({ url: mongoUrl, database, poolSize: 5, appName: 'test' });

let said = 0;

/** A user text that no other run has, which makes the fake model answer so: one answer, or one for each step. */
export function asks(script: FakeAnswer | { readonly steps: readonly (FakeAnswer | readonly FakeAnswer[])[] }): string {
  said += 1;
  return `${said} [[fake: ${JSON.stringify(script)}]]`;
}
