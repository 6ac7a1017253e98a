import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BannerFacts, banner } from './banner.ts';
import { freePorts, isPortFree } from './free-ports.ts';
import { ensureRedisServer } from './install-redis.ts';
import { type LocalSettings, withoutEmpty } from './local-settings.ts';
import { apiSpec, demoModelSpec, storeSpec, workerSpec } from './node-specs.ts';
import { redisSpec } from './redis.ts';
import { seedAssistant } from './seed.ts';
import { seedDocuments } from './seed-documents.ts';
import type { Supervisor } from './supervisor.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Long enough for a large journal to be read. */
const START_TIMEOUT_MS = 120_000;
/** Running work gets half of the time to stop unless DRAIN_MS says otherwise; the rest is for the parts behind the worker. */
const drainMs = (stopMs: number): string => String(Math.floor(stopMs / 2));

export interface LocalModeDeps {
  readonly settings: LocalSettings;
  /** The environment the parts inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly supervisor: Supervisor;
  readonly say: (message: string) => void;
  /** Aborted when all is to stop. */
  readonly stopping: AbortSignal;
}

/**
 * Starts all parts of local mode, in the order in which they need each other.
 * @returns what to tell the user
 * @throws Error with a message for a person, when a port is taken or a part does not start
 */
export async function startLocalMode({ settings, env, supervisor, say, stopping }: LocalModeDeps): Promise<string> {
  const { host, stopMs } = settings;
  const dataDir = resolve(settings.dataDir);
  const [redisPort = 0, storePort = 0, modelPort = 0, spare = 0] = await freePorts(4);
  const port = settings.port === 0 ? spare : settings.port;
  if (!(await isPortFree(port, host)))
    throw new Error(`Port ${port} is in use. Stop what listens there, or use another port: PORT=${port + 1} npm start`);
  const start = (spec: Parameters<Supervisor['start']>[0]) => supervisor.start(spec, START_TIMEOUT_MS);

  const inherited: Record<string, string> = { NODE_ENV: 'development', AUTH_MODE: 'none', ...withoutEmpty(env) };
  const parts: Record<string, string> = {
    ...inherited,
    PORT: String(port),
    HOST: host,
    DRAIN_MS: inherited.DRAIN_MS ?? drainMs(stopMs),
  };
  const facts: Pick<BannerFacts, 'redis' | 'store' | 'model'> = {
    redis: settings.redisUrl ? 'yours (REDIS_URL)' : `private, port ${redisPort}`,
    store: settings.mongoUrl ? 'yours (MONGODB_URL)' : `embedded, port ${storePort}`,
    model: settings.hasModel
      ? 'yours (OPENAI_BASE_URL, OPENAI_API_KEY)'
      : 'demo model; for a real one set OPENAI_BASE_URL and OPENAI_API_KEY',
  };

  if (!settings.redisUrl) {
    const server = await ensureRedisServer(say);
    await start(redisSpec({ server, port: redisPort, dir: join(dataDir, 'redis') }, inherited));
    parts.REDIS_URL = `redis://127.0.0.1:${redisPort}`;
  }
  if (!settings.mongoUrl) {
    await start(storeSpec({ port: storePort, dir: join(dataDir, 'store') }, inherited));
    parts.MONGODB_URL = `mongodb://127.0.0.1:${storePort}/skein`;
  }
  if (!settings.hasModel) {
    await start(demoModelSpec(modelPort, inherited));
    parts.OPENAI_BASE_URL = `http://127.0.0.1:${modelPort}/v1`;
    parts.OPENAI_API_KEY = 'demo';
    parts.DEFAULT_MODEL = 'demo';
  }
  const baseUrl = `http://${reachable(host)}:${port}`;
  await start(apiSpec(baseUrl, parts));
  await start(workerSpec(parts));
  const keys = parts.AUTH_MODE !== 'none';
  const key = keys ? parts.ADMIN_KEY : undefined;
  const assistantId = await seedAssistant(baseUrl, key);
  // Nobody waits for these.
  seedDocuments({ baseUrl, key, root: ROOT, signal: stopping }).catch((error: Error) => {
    if (!stopping.aborted) say(`the docs could not be made documents: ${error.message}`);
  });
  return banner({ baseUrl, assistantId, dataDir, keys, ...facts });
}

/** An address to connect to, for one to listen on. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
