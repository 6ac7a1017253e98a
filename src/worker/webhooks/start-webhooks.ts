import type { Redis } from 'ioredis';
import type { Config } from '../../shared/config/load-config.ts';
import type { Services } from '../../shared/lifecycle/open-services.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import { createRunAnnouncements } from '../../shared/mongo/run-announcements.ts';
import { createWebhookConsumer } from '../../shared/queue/webhook-queue.ts';
import { createRunAnnouncer, type RunAnnouncer } from '../../shared/webhooks/run-announcer.ts';
import { createDeliverer } from './deliver.ts';
import { createEndpointPace } from './endpoint-pace.ts';
import { createWebhookSweep } from './sweep-webhooks.ts';

export interface RunningWebhooks {
  readonly announcer: RunAnnouncer;
  /** Parts of the sweep. */
  readonly sweep: Readonly<Record<string, () => Promise<void>>>;
  /** Breaks off what is under way, which is made again elsewhere. */
  stop(): Promise<void>;
}

/** The worker's part of webhooks: it announces the ends of runs and makes deliveries, beside the runs and in slots of their own. @param deps.redis role `worker` */
export function startWebhooks(deps: {
  services: Pick<Services, 'models' | 'keys' | 'hooks' | 'outbound' | 'secrets'>;
  redis: Redis;
  config: Pick<Config, 'WEBHOOK_SLOTS' | 'WEBHOOK_TIMEOUT_MS' | 'WEBHOOK_BACKOFF_MS'>;
  logger: Logger;
}): RunningWebhooks {
  const { services, redis, config, logger } = deps;
  const { models, keys, hooks, outbound, secrets } = services;
  const { endpoints: webhooks, deliveries, ring, queue, announce } = hooks;
  const stopped = new AbortController();
  const runs = createRunAnnouncements(models);
  const announcer = createRunAnnouncer({ runs, announce, logger });
  const slots = config.WEBHOOK_SLOTS;
  const deliver = createDeliverer({
    webhooks,
    deliveries,
    outbound,
    secrets,
    ring,
    pace: createEndpointPace({ atATime: Math.ceil(slots / 4) }),
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    backoffMs: config.WEBHOOK_BACKOFF_MS.split(',').map(Number),
    logger,
    stopped: stopped.signal,
  });
  const consumer =
    slots === 0
      ? null
      : createWebhookConsumer({
          redis,
          prefix: keys.queuePrefix,
          slots,
          handle: deliver,
          onError: (err) => logger.error({ err }, 'webhook consumer'),
        });
  return {
    announcer,
    sweep: createWebhookSweep({ webhooks, runs, announcer, deliveries, queue, ring, logger }),
    async stop() {
      stopped.abort();
      await consumer?.close();
      await announcer.idle();
    },
  };
}
