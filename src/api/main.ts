import { loadConfig } from '../shared/config/load-config.ts';
import { createReleaseStack } from '../shared/lifecycle/release-stack.ts';
import { stopOnSignal } from '../shared/lifecycle/stop-on-signal.ts';
import { createLogger } from '../shared/logging/create-logger.ts';
import { startApi } from './start-api.ts';

const config = loadConfig(process.env);
const logger = createLogger({
  name: 'api',
  level: config.LOG_LEVEL,
  secrets: [config.ADMIN_KEY, config.KEY_SECRET],
});
const releases = createReleaseStack();

try {
  const api = await startApi({ config, logger, releases });
  stopOnSignal(async (signal) => {
    logger.info({ signal }, 'api is stopping');
    await api.stop();
    await releases.release();
    logger.info('api has stopped');
  });
  logger.info({ host: config.HOST, port: api.port }, 'api is listening');
} catch (err) {
  logger.fatal({ err }, 'api could not start');
  await releases.release().catch(() => undefined);
  process.exit(1);
}
