import { startStore } from './store-server.ts';

const DEFAULT_COMPACT_ABOVE_BYTES = 64 * 1024 * 1024;

/** Runs the embedded store as a process of its own; see design section 9. */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  if (env.NODE_ENV === 'production') {
    throw new Error('the embedded store is for local mode only: set MONGODB_URL to a MongoDB server in production');
  }
  const port = Number(env.STORE_PORT ?? 0);
  const compactAboveBytes = Number(env.STORE_COMPACT_ABOVE_BYTES ?? DEFAULT_COMPACT_ABOVE_BYTES);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error('STORE_PORT must be a port number, 0 for a free one');
  const dataDir = env.STORE_DATA_DIR;
  const store = await startStore({ port, compactAboveBytes, ...(dataDir ? { dataDir } : {}), onFailure: fail });
  if (store.cutBytes > 0) {
    process.stderr.write(`${JSON.stringify({ msg: 'journal: cut a torn end', bytes: store.cutBytes })}\n`);
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      store.stop().then(() => process.exit(0), fail);
    });
  }
  process.stdout.write(`${JSON.stringify({ ready: true, url: store.url })}\n`);
}

/** What is in memory and not on disk was never acknowledged, so ending at once loses nothing that was promised. */
function fail(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

main(process.env).catch(fail);
