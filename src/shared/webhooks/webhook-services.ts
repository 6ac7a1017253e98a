import type { Redis } from 'ioredis';
import type { Logger } from '../logging/create-logger.ts';
import { createDeliveryRepository, type DeliveryRepository } from '../mongo/delivery-repository.ts';
import type { WebhookModels } from '../mongo/webhook-models.ts';
import { createWebhookRepository, type WebhookRepository } from '../mongo/webhook-repository.ts';
import type { Outbound } from '../outbound/create-outbound.ts';
import { createWebhookQueue, type WebhookQueue } from '../queue/webhook-queue.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { type Announce, createAnnounce, createRingDelivery, type RingDelivery } from './announce.ts';
import { createRunHooks, type RunHooks } from './run-hooks.ts';

/** What API and worker have in common of webhooks. */
export interface WebhookServices {
  readonly endpoints: WebhookRepository;
  readonly deliveries: DeliveryRepository;
  readonly queue: WebhookQueue;
  readonly ring: RingDelivery;
  readonly announce: Announce;
  readonly runHooks: RunHooks;
}

/** @param deps.redis a connection of role `command` */
export function createWebhookServices(deps: {
  models: WebhookModels;
  redis: Redis;
  queuePrefix: string;
  outbound: Outbound;
  secrets: SecretBox;
  logger: Logger;
}): WebhookServices {
  const { models, redis, queuePrefix, outbound, secrets, logger } = deps;
  const endpoints = createWebhookRepository(models);
  const deliveries = createDeliveryRepository(models);
  const queue = createWebhookQueue(redis, queuePrefix, (err) => logger.warn({ err }, 'webhook queue'));
  const ring = createRingDelivery(queue, logger);
  return {
    endpoints,
    deliveries,
    queue,
    ring,
    announce: createAnnounce({ webhooks: endpoints, deliveries, ring }),
    runHooks: createRunHooks({ webhooks: endpoints, outbound, secrets }),
  };
}
