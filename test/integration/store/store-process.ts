import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';

const MAIN = fileURLToPath(new URL('../../../src/local/mongo/main.ts', import.meta.url));

export interface StoreProcess {
  child: ChildProcess;
  url: string;
  stderr(): string;
  /** Ends the process with a signal and waits until it is gone; answers its exit code, null after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the embedded store as a process on a data directory and waits until it is ready. */
export async function startStoreProcess(dataDir: string, extra: Record<string, string> = {}): Promise<StoreProcess> {
  const { child, output, exited } = spawnStore({ STORE_DATA_DIR: dataDir, STORE_PORT: '0', ...extra });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const line = JSON.parse(chunk.toString()) as { ready: boolean; url: string };
      resolve(line.url);
    });
    void exited.then((code) => reject(new Error(`the store ended with ${code}: ${output()}`)));
  });
  return {
    child,
    url,
    stderr: output,
    end(signal) {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs the store until it ends by itself; answers what it wrote to stderr and its exit code. */
export async function runStoreToEnd(env: Record<string, string>): Promise<{ code: number | null; stderr: string }> {
  const { output, exited } = spawnStore(env);
  return { code: await exited, stderr: output() };
}

function spawnStore(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], {
    env: { NODE_ENV: 'test', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => stderr, exited };
}

/** A client that does not wait long for a server that is gone. */
export function connectClient(url: string): Promise<mongoose.mongo.MongoClient> {
  return mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 1000, maxPoolSize: 40 });
}
