import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/local/mongo/main.ts', import.meta.url));
const DIE_WITH_PARENT = new URL('../../src/local/die-with-parent.ts', import.meta.url).href;

/** An embedded store of a test's own, as a process. It ends with the test process, however that ends. */
export interface StoreProcess {
  /** Without a database name. */
  readonly url: string;
  readonly pid: number;
  /** Sends the signal (default SIGKILL) and settles when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Starts the embedded store and settles when it takes connections. A new one with the same `port` and `dir` is the same store started again.
 * @param options.port default a free one
 * @param options.dir where it keeps its data; default nothing is kept
 * @throws when it ends instead, with what it said
 */
export async function startStoreProcess(
  options: { readonly port?: number; readonly dir?: string } = {},
): Promise<StoreProcess> {
  const env = { NODE_ENV: 'test', STORE_PORT: String(options.port ?? 0), STORE_DATA_DIR: options.dir ?? '' };
  const child: ChildProcess = spawn(process.execPath, ['--import', DIE_WITH_PARENT, MAIN], {
    env,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const { stdout, pid } = child;
  if (!stdout || pid === undefined) throw new Error('the store did not start');
  const url = await Promise.race([
    firstUrl(createInterface({ input: stdout })),
    ended.then(([code]) => {
      throw new Error(`the store ended with code ${code} before it was ready`);
    }),
  ]);
  return {
    url,
    pid,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await ended;
    },
  };
}

async function firstUrl(lines: AsyncIterable<string> & NodeJS.EventEmitter): Promise<string> {
  const [line] = await once(lines, 'line');
  const { url } = JSON.parse(line) as { url: string };
  return url;
}
