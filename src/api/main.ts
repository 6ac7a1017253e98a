import { loadConfig } from '../shared/config/load-config.ts';
import { createReleaseStack } from '../shared/lifecycle/release-stack.ts';
import { stopOnSignal } from '../shared/lifecycle/stop-on-signal.ts';
import { createLogger } from '../shared/logging/create-logger.ts';
import { createLogSink } from '../shared/logging/log-sink.ts';
import { startApi } from './start-api.ts';

const config = loadConfig(process.env);
/** How long the last lines may take to reach their reader. */
const LAST_LINES_MS = 1000;

const sink = createLogSink(process.stdout);
const logger = createLogger({
  name: 'api',
  level: config.LOG_LEVEL,
  secrets: [config.ADMIN_KEY, config.KEY_SECRET, config.OPENAI_API_KEY],
  sink,
});
const releases = createReleaseStack();

try {
  const api = await startApi({ config, logger, releases });
  stopOnSignal(async (signal) => {
    logger.info({ signal }, 'api is stopping');
    await api.stop();
    await releases.release();
    logger.info('api has stopped');
    await sink.flushed(LAST_LINES_MS);
  });
  logger.info({ host: config.HOST, port: api.port }, 'api is listening');
} catch (err) {
  logger.fatal({ err }, 'api could not start');
  await releases.release().catch(() => undefined);
  await sink.flushed(LAST_LINES_MS);
  process.exit(1);
}
