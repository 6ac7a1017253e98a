/**
 * Finds what webhooks need and a crash or a lost Redis kept from happening: runs that ended and were not announced, runs that were accepted by a process that did not know of a new endpoint, deliveries
 * that are due and have no bell. Each part may be repeated, by several workers at once.
 */
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { DeliveryRepository } from '../../shared/mongo/delivery-repository.ts';
import type { RunAnnouncements } from '../../shared/mongo/run-announcements.ts';
import type { WebhookRepository } from '../../shared/mongo/webhook-repository.ts';
import type { WebhookQueue } from '../../shared/queue/webhook-queue.ts';
import type { RingDelivery } from '../../shared/webhooks/announce.ts';
import type { RunAnnouncer } from '../../shared/webhooks/run-announcer.ts';
import { TTL_MS } from '../../shared/webhooks/run-hooks.ts';

/** A bell needs a moment to be heard, also on a busy machine. */
const OVERDUE_MS = 3000;
/** Longer than any process can be ignorant of an endpoint, by far: clocks differ. */
const YOUNG_MS = 12 * TTL_MS;

export function createWebhookSweep(deps: {
  webhooks: Pick<WebhookRepository, 'enabledSince'>;
  runs: Pick<RunAnnouncements, 'untold' | 'mark'>;
  announcer: Pick<RunAnnouncer, 'tell'>;
  deliveries: Pick<DeliveryRepository, 'overdue' | 'ringAgain'>;
  queue: Pick<WebhookQueue, 'isWaiting'>;
  ring: RingDelivery;
  logger: Logger;
}): Readonly<Record<'announceRuns' | 'ringForDeliveries', () => Promise<void>>> {
  const { webhooks, runs, announcer, deliveries, queue, ring, logger } = deps;
  return {
    async announceRuns() {
      const young = await webhooks.enabledSince(new Date(Date.now() - YOUNG_MS));
      for (const [projectId, since] of young) await runs.mark(projectId, since);
      // One that cannot be announced must not keep the others from it.
      for (const run of await runs.untold())
        await announcer.tell(run).catch((err) => logger.warn({ err, run_id: run._id }, 'could not announce a run'));
    },
    async ringForDeliveries() {
      for (const { _id, bell } of await deliveries.overdue(OVERDUE_MS)) {
        if (await queue.isWaiting({ delivery_id: _id, bell })) continue;
        const again = await deliveries.ringAgain({ _id, bell });
        if (again) await ring(again);
      }
    },
  };
}
