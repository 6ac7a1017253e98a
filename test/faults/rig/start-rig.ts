import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { createModels, type Models } from '../../../src/shared/mongo/models.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { type StoreProcess, startStoreProcess } from '../../support/processes-store.ts';
import { createClient, type SkeinClient } from '../../support/skein-client.ts';
import { type Child, startChild } from './child.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import type { Timings } from './timings.ts';

export interface RigApi extends Child {
  readonly url: string;
}

export interface RigWorker extends Child {
  readonly workerId: string;
}

/** The whole server as real processes, with the ways to Redis and MongoDB under control, and a direct look at both. */
export interface Rig {
  readonly redis: RedisProcess;
  readonly redisProxy: TcpProxy;
  readonly redisPrefix: string;
  readonly mongoProxy: TcpProxy;
  /** The embedded store; null when MONGODB_URL names another one. */
  readonly store: StoreProcess | null;
  /** The record, past the proxy. */
  readonly models: Models;
  readonly model: Child & { readonly url: string };
  readonly apis: RigApi[];
  readonly workers: RigWorker[];
  /** An API process that runs, another one each time. */
  pickApi(): string;
  /** At `pickApi`. */
  readonly client: SkeinClient;
  startApi(env?: Readonly<Record<string, string>>): Promise<RigApi>;
  startWorker(env?: Readonly<Record<string, string>>): Promise<RigWorker>;
  /** Ends Redis (default SIGKILL) and starts it again on its port with its data. */
  restartRedis(): Promise<void>;
  /** The same for the embedded store. */
  restartStore(): Promise<void>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly apis: number;
  readonly workers: number;
  readonly timings: Timings;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startRig(options: RigOptions): Promise<Rig> {
  const undo: (() => unknown)[] = [];
  const close = async (): Promise<void> => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    return await build(options, undo, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: RigOptions, undo: (() => unknown)[], close: () => Promise<void>): Promise<Rig> {
  const dir = await mkdtemp(join(tmpdir(), 'skein-faults-'));
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const name = `faults-${randomBytes(6).toString('hex')}`;

  let redis = await startRedis({ dir });
  undo.push(() => redis.kill());
  const redisProxy = await startTcpProxy({ host: '127.0.0.1', port: redis.port });
  undo.push(() => redisProxy.close());

  const given = process.env.MONGODB_URL;
  let store = given ? null : await startStoreProcess({ dir });
  undo.push(() => store?.kill());
  const mongoUrl = new URL(given || (store?.url ?? ''));
  const mongoPort = Number(mongoUrl.port || 27_017);
  const mongoProxy = await startTcpProxy({ host: mongoUrl.hostname, port: mongoPort });
  undo.push(() => mongoProxy.close());
  const connection = await connectMongo({ url: mongoUrl.href, database: name, poolSize: 5, appName: 'faults' });
  undo.push(async () => {
    if (given) await connection.dropDatabase();
    await connection.destroy();
  });

  const model = await startChild('test/support/fake-model/main.ts', {}, (line) => line.ready === true);
  undo.push(() => model.kill());
  const modelUrl = String(model.ready.url);

  const throughProxy = new URL(mongoUrl);
  throughProxy.host = `127.0.0.1:${mongoProxy.port}`;
  const env = {
    MONGODB_URL: throughProxy.href,
    MONGODB_DATABASE: name,
    MONGODB_POOL: '20',
    REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`,
    REDIS_PREFIX: name,
    OPENAI_BASE_URL: modelUrl,
    DEFAULT_MODEL: 'fake-model',
    LOG_LEVEL: 'info',
    ...options.timings,
    ...options.env,
  };
  const apis: RigApi[] = [];
  const workers: RigWorker[] = [];
  undo.push(() => Promise.all([...apis, ...workers].map((child) => child.kill())));

  let turn = 0;
  const pickApi = (): string => {
    const alive = apis.filter((api) => !api.ended);
    turn += 1;
    const api = alive[turn % alive.length];
    if (!api) throw new Error('no API process runs');
    return api.url;
  };
  const rig: Rig = {
    get redis() {
      return redis;
    },
    redisProxy,
    redisPrefix: name,
    mongoProxy,
    get store() {
      return store;
    },
    models: createModels(connection),
    model: Object.assign(model, { url: modelUrl }),
    apis,
    workers,
    pickApi,
    client: createClient(pickApi),
    async startApi(more) {
      const child = await startChild('src/api/main.ts', { PORT: '0', ...env, ...more }, says('api is listening'));
      const api = Object.assign(child, { url: `http://127.0.0.1:${child.ready.port}` });
      apis.push(api);
      return api;
    },
    async startWorker(more) {
      const child = await startChild('src/worker/main.ts', { ...env, ...more }, says('worker is ready'));
      const worker = Object.assign(child, { workerId: String(child.ready.worker_id) });
      workers.push(worker);
      return worker;
    },
    async restartRedis() {
      await redis.kill();
      redis = await startRedis({ port: redis.port, dir });
    },
    async restartStore() {
      await store?.kill();
      store = await startStoreProcess({ port: mongoPort, dir });
    },
    close,
  };
  // All at once, as after a power cut; one that fails waits for the others, so that `close` finds them.
  const started = await Promise.allSettled([
    ...Array.from({ length: options.apis }, () => rig.startApi()),
    ...Array.from({ length: options.workers }, () => rig.startWorker()),
  ]);
  for (const one of started) if (one.status === 'rejected') throw one.reason;
  return rig;
}

const says =
  (msg: string) =>
  (line: Readonly<Record<string, unknown>>): boolean =>
    line.msg === msg;
