import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../../src/local/free-ports.ts';
import { isRunning, type ProcessIdentity } from '../../../src/local/process-identity.ts';
import { waitFor } from '../../support/wait-for.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_MS = 30_000;

let dataDir: string;
let started: LocalMode[];
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'skein-local-')), 'data');
  started = [];
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await waitFor(() => !parts().some(isRunning), { what: 'all parts end', timeoutMs: 10_000 });
  rmSync(join(dataDir, '..'), { recursive: true });
});

interface LocalMode {
  readonly child: ChildProcess;
  output(): string;
  /** Settles with the exit code. */
  readonly ended: Promise<number | null>;
}

/** `npm start` without npm. Variables that a developer may have set are unset. */
function start(env: Record<string, string> = {}): LocalMode {
  const unset = {
    MONGODB_URL: '',
    REDIS_URL: '',
    OPENAI_BASE_URL: '',
    OPENAI_API_KEY: '',
    NODE_ENV: '',
    AUTH_MODE: '',
    npm_lifecycle_event: '',
  };
  const child = spawn(process.execPath, ['src/local/main.ts'], {
    cwd: ROOT,
    // biome-ignore lint/style/noProcessEnv: local mode looks for redis-server on PATH, as it does for a person
    env: { ...process.env, ...unset, NO_COLOR: '1', PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const mode: LocalMode = { child, output: () => output, ended: once(child, 'exit').then(([code]) => code) };
  started.push(mode);
  return mode;
}

/** Starts it and waits until it says so. @returns its address */
async function startReady(env: Record<string, string> = {}): Promise<LocalMode & { url: string }> {
  const mode = start(env);
  const url = await waitFor(
    () => {
      if (mode.child.exitCode !== null) throw new Error(mode.output());
      return /Skein is ready\s+(\S+)/.exec(mode.output())?.[1];
    },
    { what: 'local mode is ready', timeoutMs: READY_MS },
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${mode.output()}`);
  });
  return { ...mode, url };
}

/** The processes that local mode has started, as its lock file names them. */
function parts(): ProcessIdentity[] {
  const lock = join(dataDir, 'lock');
  return existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).children : [];
}

/** Runs the curl line that local mode prints, as a person would. */
async function runPrintedCurl(mode: LocalMode, adminKey = ''): Promise<string> {
  const line = (/curl -N .*/.exec(mode.output())?.[0] ?? '').replace('curl', 'curl -sS --max-time 20');
  return (await promisify(execFile)('/bin/sh', ['-c', `ADMIN_KEY=${adminKey}; ${line}`])).stdout;
}

describe('npm start', { timeout: 90_000 }, () => {
  it('makes the docs documents once, and the demo assistant answers from them, naming the source', async () => {
    const first = await startReady();
    interface Read {
      name: string;
      status: string;
      document_id: string;
    }
    const documents = async (url: string) => (await (await fetch(`${url}/documents?limit=100`)).json()) as Read[];
    const read = await waitFor(
      async () => {
        const found = await documents(first.url);
        return found.some(({ name }) => name === 'docs/streaming.md') && found.every(({ status }) => status === 'ready')
          ? found
          : null;
      },
      { what: 'the docs are read', timeoutMs: READY_MS },
    );
    expect(read.map(({ name }) => name)).toContain('README.md');
    const [assistant] = (await (await fetch(`${first.url}/assistants`)).json()) as { assistant_id: string }[];
    const answer = await fetch(`${first.url}/runs/wait`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ assistant_id: assistant?.assistant_id, input: 'How do I resume a stream?' }),
    });
    const { messages } = (await answer.json()) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant']);
    expect(messages.at(-1)?.content).toMatch(/docs\/streaming\.md › .*Last-Event-ID/s);

    first.child.kill('SIGTERM');
    await first.ended;
    const second = await startReady();
    const again = await documents(second.url);
    expect(again.map(({ document_id }) => document_id)).toEqual(
      expect.arrayContaining(read.map(({ document_id }) => document_id)),
    );
    expect(again.length).toBe(new Set(again.map(({ name }) => name)).size);
  });

  it('starts everything, prints a curl line that works, and stops on SIGTERM without leaving anybody', async () => {
    const mode = await startReady();
    expect((await fetch(`${mode.url}/docs`)).status).toBe(200);
    const events = await runPrintedCurl(mode);
    expect(events).toContain('84');
    expect(events.trimEnd().split('\n\n').at(-1)).toMatch(/event: done\ndata: .*"status":"completed"/);

    const running = parts();
    expect(running).toHaveLength(5);
    mode.child.kill('SIGTERM');
    expect(await mode.ended).toBe(0);
    expect(running.filter(isRunning)).toEqual([]);
    expect(mode.output().match(/\w+(?= +info {2}stopped)/g)).toEqual(['worker', 'api', 'model', 'store', 'redis']);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it('is ready at any log level', async () => {
    const mode = await startReady({ LOG_LEVEL: 'error' });
    expect(mode.output()).not.toContain('worker is ready');
    expect(await runPrintedCurl(mode)).toContain('84');
  });

  it('asks for keys when it is told to, and tells nobody the one of the operator', async () => {
    const adminKey = 'canary-admin-key-of-the-tests';
    const mode = await startReady({ AUTH_MODE: 'api_key', ADMIN_KEY: adminKey });
    expect(await runPrintedCurl(mode, adminKey)).toContain('84');
    expect(await runPrintedCurl(mode, 'another')).toContain('invalid_credentials');
    expect(mode.output()).not.toContain(adminKey);
  });

  it('brings back each part that is killed, and goes on working', async () => {
    const mode = await startReady();
    for (const part of parts()) process.kill(part.pid, 'SIGKILL');
    await waitFor(() => mode.output().match(/is back/g)?.length === 5, {
      what: 'all five are back',
      timeoutMs: READY_MS,
    });
    expect(await runPrintedCurl(mode)).toContain('84');
  });

  it('leaves nobody behind when it is killed, and finds its data at the next start', async () => {
    const first = await startReady();
    const created = await fetch(`${first.url}/assistants`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Kept' }),
    });
    expect(created.status).toBe(201);
    const running = parts();
    first.child.kill('SIGKILL');
    const second = await startReady();
    expect(running.filter(isRunning)).toEqual([]);
    const assistants = (await (await fetch(`${second.url}/assistants`)).json()) as { name: string }[];
    expect(assistants.map(({ name }) => name).toSorted()).toEqual(['Demo assistant', 'Kept']);
  });

  it('refuses a directory that another one uses, before it starts anything', async () => {
    const first = await startReady();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `${dataDir} is in use by process ${first.child.pid}. Stop that one first, or use another directory: DATA_DIR=.data-2 npm start\n`,
    );
    expect((await fetch(`${first.url}/health/ready`)).status).toBe(200);
  });

  it('says which port is in use and how to take another', async () => {
    const [port = 0] = await freePorts(1);
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    try {
      const mode = start({ PORT: String(port) });
      expect(await mode.ended).toBe(1);
      expect(mode.output()).toContain(`Port ${port} is in use.`);
      expect(mode.output()).toContain(`PORT=${port + 1} npm start`);
      expect(mode.output()).not.toMatch(/^\s+at /m);
    } finally {
      other.close();
    }
  });

  it.each([
    ['bad settings', { PORT: 'http' }, 'PORT'],
    ['production', { NODE_ENV: 'production' }, 'docker compose up'],
  ])('refuses %s with a message, not a stack', async (_title, env, message) => {
    const mode = start(env);
    expect(await mode.ended).toBe(1);
    expect(mode.output()).toContain(message);
    expect(mode.output()).not.toMatch(/^\s+at /m);
  });
});
