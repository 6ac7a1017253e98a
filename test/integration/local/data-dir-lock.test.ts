import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirInUseError, lockDataDir } from '../../../src/local/data-dir-lock.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../../src/local/process-identity.ts';

let dir: string;
let child: ChildProcess;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'skein-lock-'));
  child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
});
afterEach(() => {
  child.kill('SIGKILL');
  rmSync(dir, { recursive: true });
});

const identity = (pid: number | undefined): ProcessIdentity => {
  const found = identifyProcess(pid ?? 0);
  if (!found) throw new Error('not running');
  return found;
};
const writeLock = (owner: ProcessIdentity, children: ProcessIdentity[] = []): void =>
  writeFileSync(join(dir, 'lock'), JSON.stringify({ owner, children }));
const dead = (): ProcessIdentity => ({ pid: child.pid ?? 0, started: 'another life' });

describe('lockDataDir', () => {
  it('creates the directory and holds it until it is released', async () => {
    const deep = join(dir, 'a', 'b');
    const lock = await lockDataDir(deep);
    await expect(lockDataDir(deep)).rejects.toThrow(DataDirInUseError);
    lock.release();
    const again = await lockDataDir(deep);
    again.release();
    expect(existsSync(join(deep, 'lock'))).toBe(false);
  });

  it('names the process that holds it and a way out', async () => {
    writeLock(identity(child.pid));
    await expect(lockDataDir(dir)).rejects.toThrow(new RegExp(`in use by process ${child.pid}.*DATA_DIR=`));
  });

  it('takes over the lock of a process that is dead', async () => {
    const owner = identity(child.pid);
    child.kill('SIGKILL');
    await once(child, 'exit');
    writeLock(owner);
    const lock = await lockDataDir(dir);
    expect(JSON.parse(readFileSync(join(dir, 'lock'), 'utf8')).owner.pid).toBe(process.pid);
    lock.release();
  });

  it('is not deceived by a new process with the pid of the dead one', async () => {
    writeLock(dead());
    (await lockDataDir(dir)).release();
  });

  it('waits until the children of the dead owner are gone', async () => {
    const left = identity(child.pid);
    writeLock(dead(), [left]);
    const locking = lockDataDir(dir);
    child.kill('SIGKILL');
    const lock = await locking;
    expect(isRunning(left)).toBe(false);
    lock.release();
  });

  it('refuses when a child of the dead owner stays', async () => {
    writeLock(dead(), [identity(child.pid)]);
    await expect(lockDataDir(dir, 200)).rejects.toThrow(DataDirInUseError);
  });

  it('takes over a lock file without sense', async () => {
    writeFileSync(join(dir, 'lock'), '{"owner":');
    (await lockDataDir(dir)).release();
  });

  it('lets one of many processes win that find a stale lock at once', async () => {
    writeLock(dead());
    const module = new URL('../../../src/local/data-dir-lock.ts', import.meta.url).href;
    const code = `const { lockDataDir } = await import('${module}');
      await lockDataDir('${dir}').then(() => console.log('won'), (error) => console.log(error.name));
      process.stdin.resume();`;
    const rivals = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ['-e', code], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    // Each keeps running until all have tried: the lock of a process that ended would be free again.
    const results = await Promise.all(rivals.map(async ({ stdout }) => String((await once(stdout, 'data'))[0]).trim()));
    for (const rival of rivals) rival.stdin.end();
    await Promise.all(rivals.map((rival) => once(rival, 'exit')));
    expect(results.toSorted()).toEqual([...Array(5).fill('DataDirInUseError'), 'won']);
  });
});
