/**
 * Makes the deliveries of an event. Their ids are derived from the event and the endpoint, so an announcement may be repeated, after a crash or by two processes at once: what is there stays as it
 * is. Whoever announces must do so until it has succeeded, from a mark that was stored with the event itself; a bell that does not ring afterwards is the sweeper's.
 */
import { derivedId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { WebhookEvent } from '../domain/webhook.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { DeliveryRepository, NewDelivery } from '../mongo/delivery-repository.ts';
import type { DeliveryDocument } from '../mongo/webhook-models.ts';
import type { WebhookRepository } from '../mongo/webhook-repository.ts';
import type { WebhookQueue } from '../queue/webhook-queue.ts';

export interface Announcement {
  readonly type: WebhookEvent;
  /** The run or batch. */
  readonly id: string;
  /** Tells several events of one type and id apart. */
  readonly occurrence?: string | number;
  readonly at: Date;
  /** What the endpoint is told: ids and states, nothing large (20 KB of payload is what receivers expect). */
  readonly data: JsonObject;
}

/** An endpoint that the subject names itself; `secret` is sealed, null leaves its deliveries unsigned. */
export interface NamedTarget {
  readonly url: string;
  readonly secret: string | null;
}

/** To all endpoints of the project that want to hear of it, and to `target`. Safe to repeat. @throws when MongoDB does not answer */
export type Announce = (projectId: string, event: Announcement, target?: NamedTarget) => Promise<void>;

/** Rings for a delivery. Never throws. */
export type RingDelivery = (delivery: Pick<DeliveryDocument, '_id' | 'bell' | 'next_attempt_at'>) => Promise<void>;

export function createRingDelivery(queue: Pick<WebhookQueue, 'ring'>, logger: Logger): RingDelivery {
  return async ({ _id, bell, next_attempt_at: due }) => {
    const delayMs = Math.max((due?.getTime() ?? 0) - Date.now(), 0);
    await queue
      .ring({ delivery_id: _id, bell }, delayMs)
      .catch((err) => logger.warn({ err, delivery_id: _id }, 'the queue did not take a delivery; the sweeper rings'));
  };
}

export function createAnnounce(deps: {
  webhooks: Pick<WebhookRepository, 'subscribers'>;
  deliveries: Pick<DeliveryRepository, 'insert'>;
  ring: RingDelivery;
}): Announce {
  const { webhooks, deliveries, ring } = deps;
  return async (projectId, { type, id, occurrence = '', at, data }, target) => {
    const messageId = derivedId(`${projectId} ${type} ${id} ${occurrence}`);
    const event = {
      project_id: projectId,
      message_id: messageId,
      type,
      subject_id: id,
      payload: JSON.stringify({ type, timestamp: at.toISOString(), data }),
    };
    const subscribers = await webhooks.subscribers(projectId, type);
    const news: NewDelivery[] = [
      ...subscribers.map(({ _id, url }) => ({
        ...event,
        _id: derivedId(`${messageId} ${_id}`),
        webhook_id: _id,
        url,
        secret: null,
      })),
      ...(target ? [{ ...event, ...target, _id: derivedId(`${messageId} named`), webhook_id: null }] : []),
    ];
    await Promise.all((await deliveries.insert(news)).map(ring));
  };
}
