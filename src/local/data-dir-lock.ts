import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/** Another `npm start` uses the directory. */
export class DataDirInUseError extends Error {
  override readonly name = 'DataDirInUseError';
}

/** The right to write below a data directory. */
export interface DataDirLock {
  /** Writes down who else writes there, so that a start after a crash can wait for them. */
  setChildren(pids: readonly number[]): void;
  release(): void;
}

const identitySchema = z.object({ pid: z.int(), started: z.string() });
const contentSchema = z.object({ owner: identitySchema, children: z.array(identitySchema) });

/**
 * Takes `<dataDir>/lock`. A lock whose owner is dead is taken over, once the processes the owner had started are gone too (they end by themselves):
 * two stores on one journal would destroy it.
 *
 * What may run twice: two starts may judge the same lock stale. The lock appears with its content in one step (link), and is taken away by renaming it and
 * looking at what was caught, so one of them finds the other's new lock, puts it back and gives up.
 * @throws DataDirInUseError when a living process holds it, or its children outlive `patienceMs`.
 */
export async function lockDataDir(dataDir: string, patienceMs = 10_000): Promise<DataDirLock> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'lock');
  const owner = identifyProcess(process.pid);
  if (!owner) throw new Error('cannot read the start time of this process');
  const write = (children: readonly ProcessIdentity[]): string => `${JSON.stringify({ owner, children })}\n`;

  while (!create(path, write([]))) await removeStale(path, dataDir, patienceMs);
  return {
    setChildren(pids) {
      const children = pids.map(identifyProcess).filter((child) => child !== null);
      writeFileSync(`${path}.new`, write(children));
      renameSync(`${path}.new`, path);
    },
    release: () => rmSync(path, { force: true }),
  };
}

function create(path: string, content: string): boolean {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

async function removeStale(path: string, dataDir: string, patienceMs: number): Promise<void> {
  const text = read(path);
  if (text === null) return;
  const inUse = (who: ProcessIdentity): DataDirInUseError =>
    new DataDirInUseError(
      `${dataDir} is in use by process ${who.pid}. Stop that one first, or use another directory: DATA_DIR=.data-2 npm start`,
    );
  const content = parse(text);
  if (content) {
    if (isRunning(content.owner)) throw inUse(content.owner);
    const giveUpAt = Date.now() + patienceMs;
    for (const child of content.children)
      while (isRunning(child)) {
        if (Date.now() > giveUpAt) throw inUse(child);
        await delay(50);
      }
  }
  const caught = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, caught);
  } catch {
    return; // somebody else took it away: look again
  }
  if (read(caught) !== text) create(path, read(caught) ?? '');
  rmSync(caught, { force: true });
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

/** Null for a file that is no lock of ours (for example cut off by a full disk): nobody can be named, so nobody holds it. */
function parse(text: string): z.infer<typeof contentSchema> | null {
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
