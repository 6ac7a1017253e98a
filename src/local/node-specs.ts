import { fileURLToPath } from 'node:url';
import type { ChildSpec, ReadySign } from './child-spec.ts';

const PROBE_TIMEOUT_MS = 2000;
const DIE_WITH_PARENT = new URL('./die-with-parent.ts', import.meta.url).href;

type Env = Readonly<Record<string, string>>;

/** The embedded store, on a port it keeps. */
export function storeSpec(store: { readonly port: number; readonly dir: string }, env: Env): ChildSpec {
  return {
    ...nodeSpec('store', './mongo/main.ts', { kind: 'line', matches: saysReady }),
    env: { ...env, STORE_PORT: String(store.port), STORE_DATA_DIR: store.dir },
    shows: (line) => !saysReady(line),
  };
}

/** The demo model, on a port it keeps. */
export function demoModelSpec(port: number, env: Env): ChildSpec {
  return {
    ...nodeSpec('model', './demo-model.ts', { kind: 'line', matches: saysReady }),
    env: { ...env, DEMO_MODEL_PORT: String(port) },
    shows: (line) => !saysReady(line),
  };
}

/** The API; `baseUrl` is where `env` makes it listen. */
export function apiSpec(baseUrl: string, env: Env): ChildSpec {
  const ready: ReadySign = { kind: 'probe', answers: () => isOk(`${baseUrl}/health/ready`) };
  return { ...nodeSpec('api', '../api/main.ts', ready), env };
}

/** One worker. It says over its channel that it is ready: whether its log says so depends on LOG_LEVEL. */
export function workerSpec(env: Env): ChildSpec {
  return { ...nodeSpec('worker', '../worker/main.ts', { kind: 'message', text: 'ready' }), env };
}

function nodeSpec(name: string, script: string, ready: ReadySign): Omit<ChildSpec, 'env'> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  return { name, command: process.execPath, args: ['--import', DIE_WITH_PARENT, path], lifeline: 'ipc', ready };
}

/** The line the store and the demo model print for programs. */
const saysReady = (line: string): boolean => line.startsWith('{"ready":true');

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}
