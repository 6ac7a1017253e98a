import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { findRedisServer } from './find-redis-server.ts';

/** No Redis can be started; the message says what a person can do. */
export class RedisMissingError extends Error {
  override readonly name = 'RedisMissingError';
  constructor(cause?: unknown) {
    super(
      [
        ...(cause instanceof Error ? [`Redis could not be installed: ${cause.message}`] : []),
        'Skein needs Redis, and no redis-server or valkey-server is on PATH. Three ways to get one:',
        '  Debian, Ubuntu:  sudo apt-get install redis-server',
        '  macOS:           brew install redis',
        '  anywhere:        run one yourself (for example: docker run -p 6379:6379 redis:8) and set REDIS_URL=redis://127.0.0.1:6379',
      ].join('\n'),
      { cause },
    );
  }
}

/**
 * Path of a Redis server: the one on PATH, else one installed now where that needs no question (root on Debian, Homebrew on macOS).
 * @throws RedisMissingError
 */
export async function ensureRedisServer(say: (line: string) => void): Promise<string> {
  const path = process.env.PATH ?? '';
  const found = findRedisServer(path);
  if (found) return found;
  try {
    await install(say);
  } catch (error) {
    throw new RedisMissingError(error);
  }
  const installed = findRedisServer(path);
  if (!installed) throw new RedisMissingError();
  return installed;
}

async function install(say: (line: string) => void): Promise<void> {
  if (process.platform === 'darwin') {
    say('installing Redis with brew (once)');
    await run('brew', ['install', '--quiet', 'redis']);
  } else if (process.platform === 'linux' && existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    say('installing redis-server with apt-get (once)');
    await withoutServiceStart(async () => {
      await run('apt-get', ['update', '-qq']);
      await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'redis-server']);
    });
  }
}

/** Debian starts a service it installs; local mode wants the program only. policy-rc.d is Debian's switch for that (invoke-rc.d(8)). */
async function withoutServiceStart(work: () => Promise<void>): Promise<void> {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const remove = (): void => rmSync(policy, { force: true });
  process.once('exit', remove);
  try {
    await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${code}`);
}
