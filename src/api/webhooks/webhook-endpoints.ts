import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { createWebhook } from './create-webhook.ts';
import { deleteWebhook } from './delete-webhook.ts';
import { getDelivery } from './get-delivery.ts';
import { getWebhook } from './get-webhook.ts';
import { listDeliveries } from './list-deliveries.ts';
import { listWebhooks } from './list-webhooks.ts';
import { patchWebhook } from './patch-webhook.ts';
import { pingWebhook } from './ping-webhook.ts';
import { replayDelivery } from './replay-delivery.ts';
import { rotateSecret } from './rotate-secret.ts';

/** The endpoints under `/webhooks`, in the order of the reference. */
export const createWebhookEndpoints = (deps: ApiDeps): readonly Endpoint[] => [
  listWebhooks(deps),
  createWebhook(deps),
  getWebhook(deps),
  patchWebhook(deps),
  deleteWebhook(deps),
  rotateSecret(deps),
  pingWebhook(deps),
  listDeliveries(deps),
  getDelivery(deps),
  replayDelivery(deps),
];
