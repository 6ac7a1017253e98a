import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes sure that one process at a time uses a data directory: two writers would destroy the journal. The lock is a
 * listening socket, which the kernel closes when the process dies, so kill -9 leaves nothing that blocks the next start.
 * Its path is short and outside the directory because socket paths may have about 100 characters only.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true });
  const name = createHash('sha256')
    .update(await realpath(dataDir))
    .digest('hex')
    .slice(0, 24);
  const path = join(tmpdir(), `skein-store-${name}.sock`);
  const server = (await tryListen(path)) ?? (await takeOver(path, dataDir));
  return async () => {
    server.close();
    await rm(path, { force: true });
  };
}

async function tryListen(path: string): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  server.listen(path);
  try {
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}

async function takeOver(path: string, dataDir: string): Promise<Server> {
  if (await isAlive(path)) throw new Error(`the data directory ${dataDir} is in use by another store`);
  await rm(path, { force: true });
  const server = await tryListen(path);
  if (server === null) throw new Error(`the data directory ${dataDir} is in use by another store`);
  return server;
}

async function isAlive(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
