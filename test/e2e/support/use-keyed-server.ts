import { afterAll, beforeAll } from 'vitest';
import { startDemoModel } from '../../../src/local/demo-model.ts';
import { useProcesses } from '../../support/processes.ts';
import { startRedis } from '../../support/processes-redis.ts';
import { startStoreProcess } from '../../support/processes-store.ts';

export const ADMIN_KEY = 'admin-key-of-the-e2e-tests';

interface MadeKey {
  readonly key_id: string;
  readonly key: string;
}

export interface KeyedServer {
  /** Set once `beforeAll` has run; without a slash at the end. */
  readonly baseUrl: string;
  /** As the operator. @throws on any answer that is no success */
  admin<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** A key of the default project. */
  createKey(name: string, scopes?: readonly string[]): Promise<MadeKey>;
  revokeKey(keyId: string): Promise<void>;
}

export const DEFAULT_PROJECT = '00000000-0000-7000-8000-000000000001';

/** A server of the file's own that asks for keys, with the demo model and one assistant. It takes a revoked key for a second at most. */
export function useKeyedServer(): KeyedServer {
  const processes = useProcesses({ scope: 'file' });
  const undo: (() => Promise<unknown>)[] = [];
  let baseUrl = '';
  beforeAll(async () => {
    const [redis, store, model] = await Promise.all([startRedis(), startStoreProcess(), startDemoModel()]);
    undo.push(
      () => redis.kill('SIGTERM'),
      () => store.kill('SIGTERM'),
      () => model.stop(),
    );
    const env = {
      AUTH_MODE: 'api_key',
      ADMIN_KEY,
      KEY_CACHE_MS: '1000',
      REDIS_URL: redis.url,
      MONGODB_URL: `${store.url}keyed`,
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: 'demo',
      DEFAULT_MODEL: 'demo',
    };
    ({ url: baseUrl } = await processes.startApi(env));
    await processes.startWorker(env);
    await admin('POST', '/assistants', { name: 'Demo assistant', tools: [] });
  }, 120_000);
  afterAll(async () => {
    for (const step of undo.splice(0)) await step();
  });

  async function admin<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { 'x-api-key': ADMIN_KEY, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  }
  return {
    get baseUrl() {
      return baseUrl;
    },
    admin,
    createKey: (name, scopes = ['runs']) => admin('POST', `/projects/${DEFAULT_PROJECT}/keys`, { name, scopes }),
    revokeKey: (keyId) => admin('DELETE', `/projects/${DEFAULT_PROJECT}/keys/${keyId}`),
  };
}
