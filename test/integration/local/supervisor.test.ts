import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChildSpec } from '../../../src/local/child-spec.ts';
import { freePorts } from '../../../src/local/free-ports.ts';
import { ensureRedisServer } from '../../../src/local/install-redis.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../../src/local/process-identity.ts';
import { redisAnswers, redisSpec } from '../../../src/local/redis.ts';
import { createSupervisor, type Supervisor } from '../../../src/local/supervisor.ts';
import { waitFor } from '../../support/wait-for.ts';

const SOURCE = new URL('../../../src/local/', import.meta.url);
const DIE_WITH_PARENT = new URL('die-with-parent.ts', SOURCE).href;

let dir: string;
let lines: string[];
let events: string[];
let pids: readonly number[];
let supervisor: Supervisor;
let host: ChildProcess | null;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'skein-supervisor-'));
  [lines, events, pids, host] = [[], [], [], null];
  supervisor = createSupervisor({
    onLine: (name, line) => lines.push(`${name}: ${line}`),
    onEvent: (_level, name, message) => events.push(`${name} ${message}`),
    onPids: (now) => {
      pids = now;
    },
  });
});
afterEach(async () => {
  await supervisor.stop(0);
  host?.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

/** A part that runs `code`; it is ready when it prints "ready". */
function script(name: string, code: string): ChildSpec {
  const path = join(dir, `${name}.mjs`);
  writeFileSync(path, code);
  return {
    name,
    command: process.execPath,
    args: ['--import', DIE_WITH_PARENT, path],
    env: {},
    lifeline: 'ipc',
    ready: { kind: 'line', matches: (line) => line === 'ready' },
  };
}
const LIVES = 'setInterval(() => {}, 1000); console.log("ready");';
const stopsSlowly = (name: string): string =>
  `process.on('SIGTERM', () => { console.log('bye ${name}'); setTimeout(() => process.exit(0), 100); }); ${LIVES}`;
const soleId = (): ProcessIdentity => {
  const found = identifyProcess(pids[0] ?? 0);
  if (!found) throw new Error('the part does not run');
  return found;
};

describe('a supervisor', () => {
  it('settles a start when the part is ready, and passes its lines on', async () => {
    await supervisor.start(script('a', `console.log('hello'); console.error('oops'); ${LIVES}`), 5000);
    expect(lines).toEqual(expect.arrayContaining(['a: hello', 'a: ready']));
    await waitFor(() => lines.includes('a: oops'), { what: 'the line from stderr' });
  });

  it('takes the word of a part that says over its channel that it is ready', async () => {
    const spec = script(
      'quiet',
      "process.send('starting'); setTimeout(() => process.send('ready'), 50); process.on('message', () => {});",
    );
    await supervisor.start({ ...spec, ready: { kind: 'message', text: 'ready' } }, 5000);
    expect(lines).toEqual([]);
    const never = { ...script('other', "process.send('starting'); setInterval(() => {}, 1000);"), name: 'other' };
    await expect(supervisor.start({ ...never, ready: { kind: 'message', text: 'ready' } }, 500)).rejects.toThrow(
      'not ready',
    );
  });

  it('stops the last started first, each after the one before is gone', async () => {
    await supervisor.start(script('first', stopsSlowly('first')), 5000);
    await supervisor.start(script('second', stopsSlowly('second')), 5000);
    await supervisor.stop(5000);
    expect(events).toEqual(['second stopped', 'first stopped']);
    expect(lines.filter((line) => line.includes('bye'))).toEqual(['second: bye second', 'first: bye first']);
  });

  it('kills a part that does not stop within the deadline', async () => {
    await supervisor.start(script('deaf', `process.on('SIGTERM', () => {}); ${LIVES}`), 5000);
    const deaf = soleId();
    await supervisor.stop(600);
    expect(isRunning(deaf)).toBe(false);
    expect(events.join()).toMatch(/deaf did not stop within 0\.\d+ s and is killed/);
  });

  it('starts a part again that was killed, each time later', async () => {
    await supervisor.start(script('a', LIVES), 5000);
    for (const pause of ['0.2', '0.4']) {
      const before = pids[0] ?? 0;
      process.kill(before, 'SIGKILL');
      await waitFor(() => pids[0] !== undefined && pids[0] !== before, { what: 'a new process' });
      await waitFor(
        () =>
          events.filter((event) => event === 'a is back').length ===
          events.filter((event) => event.includes('again')).length,
        {
          what: 'the part is back',
        },
      );
      expect(events).toContain(`a was ended by SIGKILL; starting it again in ${pause} s`);
    }
  });

  it('does not start a part again that ends while all are stopped', async () => {
    await supervisor.start(script('a', LIVES), 5000);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await waitFor(() => events.length > 0, { what: 'the death is noticed' });
    const before = pids;
    await supervisor.stop(1000);
    // Twice the pause after which it would have been there again.
    await expect(waitFor(() => pids !== before, { what: 'a new process', timeoutMs: 400 })).rejects.toThrow(
      'not within',
    );
  });

  it.each([
    ['ends at once', 'process.exit(3)', /a ended with code 3 before it was ready/],
    ['is never ready', 'setInterval(() => {}, 1000)', /a was not ready within 0\.5 s/],
  ])('fails the start of a part that %s', async (_title, code, message) => {
    await expect(supervisor.start(script('a', code), 500)).rejects.toThrow(message);
  });

  it('fails the start of a program that is not there', async () => {
    const spec: ChildSpec = { ...script('a', ''), command: join(dir, 'nothing') };
    await expect(supervisor.start(spec, 5000)).rejects.toThrow('could not be started');
  });

  it('hides the lines its spec does not show', async () => {
    await supervisor.start({ ...script('a', LIVES), shows: () => false }, 5000);
    expect(lines).toEqual([]);
  });

  it('restarts Redis on its port with its data', async () => {
    const [port = 0] = await freePorts(1);
    const server = await ensureRedisServer(() => undefined);
    await supervisor.start(redisSpec({ server, port, dir: join(dir, 'redis') }, {}), 10_000);
    const { Redis } = await import('ioredis');
    const redis = new Redis(port, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    try {
      await redis.set('kept', 'yes');
      expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
      // The append-only file is written before the answer, and synced every second: kill -9 of the process loses nothing.
      process.kill(pids[0] ?? 0, 'SIGKILL');
      await waitFor(() => events.includes('redis is back'), { what: 'redis is back', timeoutMs: 10_000 });
      expect(await redis.get('kept')).toBe('yes');
    } finally {
      redis.disconnect();
    }
  });

  it('leaves nobody behind when it is killed itself', async () => {
    const [port = 0] = await freePorts(1);
    const server = await ensureRedisServer(() => undefined);
    const specs = [
      redisSpec({ server, port, dir: null }, {}),
      script('node', LIVES),
      script('busy', `${LIVES} process.on('SIGTERM', () => {});`),
    ];
    const pidFile = join(dir, 'pids');
    writeFileSync(
      join(dir, 'host.ts'),
      `import { writeFileSync } from 'node:fs';
       import { createSupervisor } from '${new URL('supervisor.ts', SOURCE).href}';
       import { redisAnswers } from '${new URL('redis.ts', SOURCE).href}';
       const supervisor = createSupervisor({ onLine() {}, onEvent() {}, onPids: (pids) => writeFileSync('${pidFile}', JSON.stringify(pids)) });
       const [redis, ...others] = ${JSON.stringify(specs)};
       await supervisor.start({ ...redis, shows: () => true, ready: { kind: 'probe', answers: () => redisAnswers(${port}) } }, 10000);
       for (const spec of others) await supervisor.start({ ...spec, ready: { kind: 'line', matches: (line) => line === 'ready' } }, 10000);
       console.log('all ready');`,
    );
    host = spawn(process.execPath, [join(dir, 'host.ts')], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (host.stdout) await once(host.stdout, 'data');
    const parts: ProcessIdentity[] = JSON.parse(readFileSync(pidFile, 'utf8')).map(identifyProcess);
    expect(parts).toHaveLength(3);
    expect(parts.every(isRunning)).toBe(true);

    host.kill('SIGKILL');
    await waitFor(() => !parts.some(isRunning), { what: 'all parts end', timeoutMs: 5000 });
    expect(await redisAnswers(port)).toBe(false);
  });
});
