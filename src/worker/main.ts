import { hostname } from 'node:os';
import { loadConfig } from '../shared/config/load-config.ts';
import { newId } from '../shared/domain/ids.ts';
import { createReleaseStack } from '../shared/lifecycle/release-stack.ts';
import { stopOnSignal } from '../shared/lifecycle/stop-on-signal.ts';
import { createLogger } from '../shared/logging/create-logger.ts';
import { createLogSink } from '../shared/logging/log-sink.ts';
import { startWorker } from './start-worker.ts';
import { createBuiltinTools } from './tools/builtin-tools.ts';

const config = loadConfig(process.env, 'worker');
const workerId = `${hostname()}-${process.pid}-${newId().slice(-8)}`;
/** How long the last lines may take to reach their reader. */
const LAST_LINES_MS = 1000;

const sink = createLogSink(process.stdout);
const logger = createLogger({
  name: 'worker',
  level: config.LOG_LEVEL,
  secrets: [config.ADMIN_KEY, config.KEY_SECRET, config.OPENAI_API_KEY],
  sink,
});
const releases = createReleaseStack();

try {
  const worker = await startWorker({ config, workerId, createTools: createBuiltinTools, logger, releases });
  stopOnSignal(async (signal) => {
    logger.info({ signal }, 'worker is stopping');
    await worker.stop();
    await releases.release();
    logger.info('worker has stopped');
    await sink.flushed(LAST_LINES_MS);
  });
  logger.info(
    {
      worker_id: workerId,
      interactive: config.INTERACTIVE_SLOTS,
      batch: config.BATCH_SLOTS,
      metrics_port: worker.metricsPort,
    },
    'worker is ready',
  );
  // For a supervisor that has a channel to this process (local mode, PM2): the line above is not written at every log level.
  process.send?.('ready');
} catch (err) {
  logger.fatal({ err }, 'worker could not start');
  await releases.release().catch(() => undefined);
  await sink.flushed(LAST_LINES_MS);
  process.exit(1);
}
