import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { createReleaseStack } from '../../src/shared/lifecycle/release-stack.ts';
import { startRedis } from '../../test/support/processes-redis.ts';
import type { Goal } from '../load/work.ts';
import type { Pids } from '../measure/process-usage.ts';
import { type NodeProcess, startNodeProcess } from './start-node-process.ts';

/** Whom a load can go to. */
export const TARGETS = ['model', 'floor', 'skein', 'temporary'] as const;
export type Target = (typeof TARGETS)[number];

/** Everything that runs during a repetition, started afresh for each, so that none inherits memory or data of the one before. */
export interface Rig {
  readonly load: NodeProcess;
  readonly modelUrl: string;
  readonly skeinUrl: string;
  readonly redisUrl: string;
  readonly mongo: { readonly url: string; readonly database: string };
  readonly goals: Readonly<Record<Target, Goal>>;
  /** The processes that work for a target, without the load. */
  readonly pids: Readonly<Record<Target, Pids>>;
  /** Ends all processes and removes the temporary folder; a second call waits for the first. */
  stop(): Promise<void>;
}

/** One worker executes all streams of the largest cell at a time. */
const SLOTS = '1024';

/**
 * Starts Redis (append-only file, as in local mode), the store, the fake model, one API, one worker, the floor's two and the load.
 * @param options.mongoUrl a MongoDB instead of the embedded store; the database used there is dropped at the end
 * @param options.settings of API and worker, instead of those of the bench
 * @param options.profileDir CPU profiles of our processes are written there when they end
 */
export async function startRig(options: {
  readonly mongoUrl: string | null;
  readonly profileDir: string | null;
  readonly settings?: Readonly<Record<string, string>>;
}): Promise<Rig> {
  const name = `skein-bench-${randomBytes(4).toString('hex')}`;
  const dir = join(tmpdir(), name);
  const releases = createReleaseStack();
  let stopping: Promise<void> | null = null;
  const start = async (spec: { name: string; script: string; env: Record<string, string>; profiled?: boolean }) => {
    const { profiled = true, ...rest } = spec;
    const profileDir = profiled ? options.profileDir : null;
    const base = { PATH: process.env.PATH ?? '', NODE_ENV: 'test', AUTH_MODE: 'none' };
    const child = await startNodeProcess({ ...rest, env: { ...base, ...spec.env }, logDir: dir, profileDir });
    releases.push(() => child.stop());
    return child;
  };

  try {
    for (const part of ['redis', 'store']) mkdirSync(join(dir, part), { recursive: true });
    releases.push(() => rmSync(dir, { recursive: true, force: true }));
    const redis = await startRedis({ dir: join(dir, 'redis') });
    releases.push(() => redis.kill('SIGTERM'));
    const store = options.mongoUrl
      ? null
      : await start({
          name: 'store',
          script: 'src/local/mongo/main.ts',
          env: { STORE_PORT: '0', STORE_DATA_DIR: join(dir, 'store') },
        });
    if (options.mongoUrl !== null) {
      const { mongoUrl } = options;
      releases.push(() => dropDatabase(mongoUrl, name));
    }
    const model = await start({
      name: 'model',
      script: 'test/support/fake-model/main.ts',
      env: {},
      profiled: false,
    });
    const modelUrl = String(model.ready.url);
    const env = {
      REDIS_URL: redis.url,
      MONGODB_URL: options.mongoUrl ?? String(store?.ready.url),
      MONGODB_DATABASE: name,
      OPENAI_BASE_URL: modelUrl,
      INTERACTIVE_SLOTS: SLOTS,
      SLOTS,
      PORT: '0',
    };
    const ours = { ...env, ...options.settings };
    const api = await start({ name: 'api', script: 'src/api/main.ts', env: ours });
    const worker = await start({ name: 'worker', script: 'src/worker/main.ts', env: ours });
    const floorApi = await start({ name: 'floor-api', script: 'bench/floor/api/main.ts', env });
    const floorWorker = await start({ name: 'floor-worker', script: 'bench/floor/worker/main.ts', env });
    const load = await start({ name: 'load', script: 'bench/load/main.ts', env: {}, profiled: false });

    const skeinUrl = `http://127.0.0.1:${api.ready.port}`;
    const skeinPids = {
      api: api.pid,
      worker: worker.pid,
      redis: redis.pid,
      ...(store ? { store: store.pid } : {}),
      model: model.pid,
    };
    return {
      load,
      modelUrl,
      skeinUrl,
      redisUrl: redis.url,
      mongo: { url: env.MONGODB_URL, database: name },
      goals: {
        model: { kind: 'model', url: modelUrl },
        floor: { kind: 'bare', url: String(floorApi.ready.url) },
        skein: { kind: 'threads', url: skeinUrl },
        temporary: { kind: 'temporary', url: skeinUrl },
      },
      pids: {
        model: { model: model.pid },
        floor: { api: floorApi.pid, worker: floorWorker.pid, redis: redis.pid, model: model.pid },
        skein: skeinPids,
        temporary: skeinPids,
      },
      stop() {
        stopping ??= releases.release();
        return stopping;
      },
    };
  } catch (error) {
    await releases.release();
    throw error;
  }
}

async function dropDatabase(url: string, dbName: string): Promise<void> {
  const connection = await mongoose.createConnection(url, { dbName }).asPromise();
  try {
    await connection.dropDatabase();
  } finally {
    await connection.close();
  }
}
