import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../../src/local/free-ports.ts';
import { useServices } from '../../support/services.ts';
import { waitFor } from '../../support/wait-for.ts';

const services = useServices();
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const DIE_WITH_PARENT = new URL('../../../src/local/die-with-parent.ts', import.meta.url).href;
/** More than any pipe holds. */
const ENOUGH = 256 * 1024;

let child: ChildProcess | null = null;
afterEach(() => child?.kill('SIGKILL'));

/** A process whose stdout is a pipe that nobody reads. */
function start(script: string, env: Record<string, string>): ChildProcess {
  child = spawn(process.execPath, ['--import', DIE_WITH_PARENT, script], {
    cwd: ROOT,
    env: { NODE_ENV: 'test', ...services.env, LOG_LEVEL: 'trace', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return child;
}

async function stops(process: ChildProcess): Promise<void> {
  const exited = once(process, 'exit');
  process.kill('SIGTERM');
  expect(await Promise.race([exited, waitFor(() => false, { what: 'it stops', timeoutMs: 8000 })])).toEqual([0, null]);
}

async function startApi(): Promise<{ api: ChildProcess; url: string }> {
  const [port = 0] = await freePorts(1);
  const api = start('src/api/main.ts', { PORT: `${port}` });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(async () => (await fetch(`${url}/ok`)).ok, { what: 'the API listens', timeoutMs: 30_000 });
  return { api, url };
}

/** Makes log lines of 200 bytes and more, until the pipe must be full; each request is answered all the same. */
async function fill(url: string): Promise<void> {
  const path = `/no/such/route/${'x'.repeat(500)}`;
  for (let bytes = 0; bytes < ENOUGH; bytes += 20 * 300) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(url + path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    await Promise.all(answers.map((answer) => answer.arrayBuffer()));
  }
}

describe('a process whose log nobody reads', () => {
  it('answers on, and stops as it is told', async () => {
    const { api, url } = await startApi();
    await fill(url);
    await stops(api);
  });

  it('does so too when the reader has gone after the pipe was full', async () => {
    const { api, url } = await startApi();
    await fill(url);
    api.stdout?.destroy();
    await fill(url);
    await stops(api);
  });

  it('stops as a worker too', async () => {
    const worker = start('src/worker/main.ts', { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' });
    await once(worker, 'message');
    worker.stdout?.destroy();
    await stops(worker);
  });
});
