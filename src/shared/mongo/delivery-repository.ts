/**
 * What endpoints were told, and are still to be told. Every change is one compare-and-set on `bell`, so a bell that rings twice, a worker that comes back too late and several sweepers at once
 * change nothing twice. An attempt that is under way has a date at which it counts as lost: then it is made again, with the same message id.
 */
import type { Delivery, DeliveryType } from '../domain/webhook.ts';
import { changeOne } from './change-one.ts';
import { isDuplicateKey } from './connect-mongo.ts';
import { createInserter } from './create-inserter.ts';
import type { AttemptRecord, DeliveryDocument, WebhookModels } from './webhook-models.ts';

/** What is known of a delivery when its event happens. */
export interface NewDelivery {
  readonly _id: string;
  readonly project_id: string;
  readonly webhook_id: string | null;
  readonly message_id: string;
  readonly type: DeliveryType;
  readonly subject_id: string;
  readonly url: string;
  readonly secret: string | null;
  readonly payload: string;
}

export type DeliveryBell = Pick<DeliveryDocument, '_id' | 'bell'>;

export interface DeliveryRepository {
  /** Those that were not there yet; the others stay as they are. */
  insert(deliveries: readonly NewDelivery[]): Promise<DeliveryDocument[]>;
  /** Begins an attempt. null: another bell was first, or nothing is to be done. @param lostAfterMs when the attempt counts as lost */
  claim(bell: DeliveryBell, lostAfterMs: number): Promise<DeliveryDocument | null>;
  /** The attempt was answered well. null: somebody was faster. */
  succeed(claimed: DeliveryBell, url: string, record: AttemptRecord): Promise<DeliveryDocument | null>;
  /** The attempt failed; the next one is due in `delayMs`, or none with null. null: somebody was faster. */
  failAttempt(
    claimed: DeliveryBell,
    url: string,
    record: AttemptRecord,
    delayMs: number | null,
  ): Promise<DeliveryDocument | null>;
  /** The attempt was not made or broken off by us, and does not count. */
  giveBack(claimed: DeliveryBell, delayMs: number): Promise<DeliveryDocument | null>;
  /** Due for more than `ms`, the longest first. */
  overdue(ms: number): Promise<Pick<DeliveryDocument, '_id' | 'bell' | 'next_attempt_at'>[]>;
  /** A new bell for one whose bell is lost. null: it was heard meanwhile. */
  ringAgain(lost: DeliveryBell): Promise<DeliveryDocument | null>;
  /** Again from the first attempt, whatever came of it. null: no such delivery of this endpoint. */
  replay(projectId: string, webhookId: string, deliveryId: string): Promise<DeliveryDocument | null>;
  get(projectId: string, webhookId: string, deliveryId: string): Promise<Delivery | null>;
  /** Newest first. */
  list(
    projectId: string,
    webhookId: string,
    page: { limit: number; after?: { createdAt: Date; id: string } | undefined },
  ): Promise<Delivery[]>;
  removeOfWebhook(projectId: string, webhookId: string): Promise<void>;
}

const DAY_MS = 86_400_000;
/** How long the log goes back. */
const KEPT_MS = 30 * DAY_MS;
const LOGGED_ATTEMPTS = 10;
const SWEEP_LIMIT = 500;

export function createDeliveryRepository({ deliveries }: Pick<WebhookModels, 'deliveries'>): DeliveryRepository {
  const insert = createInserter(deliveries);
  const insertNew = async (document: DeliveryDocument): Promise<boolean> => {
    try {
      await insert(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
  const change = (filter: object, update: object) => changeOne(deliveries, filter, update);
  const due = (ms: number) => ({ next_attempt_at: new Date(Date.now() + ms) });
  const pending = ({ _id, bell }: DeliveryBell) => ({ _id, bell, status: 'pending' });
  const logged = (record: AttemptRecord) => ({ $push: { log: { $each: [record], $slice: -LOGGED_ATTEMPTS } } });
  const ofWebhook = (projectId: string, webhookId: string) => ({ project_id: projectId, webhook_id: webhookId });

  return {
    async insert(news) {
      if (news.length === 0) return [];
      const now = new Date();
      const documents = news.map(
        (one): DeliveryDocument => ({
          ...one,
          status: 'pending',
          attempts: 0,
          attempts_before: 0,
          bell: 1,
          next_attempt_at: now,
          log: [],
          created_at: now,
          finished_at: null,
          expires_at: new Date(now.getTime() + KEPT_MS),
        }),
      );
      const inserted = await Promise.all(documents.map(insertNew));
      return documents.filter((_, index) => inserted[index]);
    },

    claim: (bell, lostAfterMs) => change(pending(bell), { $set: due(lostAfterMs), $inc: { bell: 1, attempts: 1 } }),

    succeed: (claimed, url, record) =>
      change(pending(claimed), {
        $set: { status: 'delivered', url, next_attempt_at: null, finished_at: new Date() },
        ...logged(record),
      }),

    failAttempt: (claimed, url, record, delayMs) =>
      change(pending(claimed), {
        $set:
          delayMs === null
            ? { status: 'failed', url, next_attempt_at: null, finished_at: new Date() }
            : { url, ...due(delayMs) },
        $inc: { bell: 1 },
        ...logged(record),
      }),

    giveBack: (claimed, delayMs) => change(pending(claimed), { $set: due(delayMs), $inc: { bell: 1, attempts: -1 } }),

    overdue: (ms) =>
      deliveries
        .find(
          { status: 'pending', next_attempt_at: { $lt: new Date(Date.now() - ms) } },
          { bell: 1, next_attempt_at: 1 },
        )
        .sort({ next_attempt_at: 1 })
        .limit(SWEEP_LIMIT)
        .batchSize(SWEEP_LIMIT + 1)
        .lean<Pick<DeliveryDocument, '_id' | 'bell' | 'next_attempt_at'>[]>(),

    ringAgain: (lost) => change(pending(lost), { $set: due(0), $inc: { bell: 1 } }),

    async replay(projectId, webhookId, deliveryId) {
      const one = { _id: deliveryId, ...ofWebhook(projectId, webhookId) };
      for (;;) {
        const found = await deliveries.findOne(one, { attempts: 1, bell: 1 }).lean<DeliveryDocument>();
        if (!found) return null;
        const replayed = await change(
          { ...one, bell: found.bell },
          {
            $set: {
              status: 'pending',
              attempts_before: found.attempts,
              finished_at: null,
              expires_at: new Date(Date.now() + KEPT_MS),
              ...due(0),
            },
            $inc: { bell: 1 },
          },
        );
        if (replayed) return replayed;
      }
    },

    async get(projectId, webhookId, deliveryId) {
      const found = await deliveries
        .findOne({ _id: deliveryId, ...ofWebhook(projectId, webhookId) })
        .lean<DeliveryDocument>();
      return found && toDelivery(found);
    },

    async list(projectId, webhookId, { limit, after }) {
      const from = after
        ? { $or: [{ created_at: { $lt: after.createdAt } }, { created_at: after.createdAt, _id: { $lt: after.id } }] }
        : {};
      const found = await deliveries
        .find({ ...ofWebhook(projectId, webhookId), ...from })
        .sort({ created_at: -1, _id: -1 })
        .limit(limit)
        .batchSize(limit + 1)
        .lean<DeliveryDocument[]>();
      return found.map(toDelivery);
    },

    async removeOfWebhook(projectId, webhookId) {
      await deliveries.deleteMany(ofWebhook(projectId, webhookId));
    },
  };
}

export const toDelivery = (document: DeliveryDocument): Delivery => ({
  delivery_id: document._id,
  webhook_id: document.webhook_id,
  project_id: document.project_id,
  message_id: document.message_id,
  type: document.type,
  subject_id: document.subject_id,
  url: document.url,
  status: document.status,
  attempts: document.attempts,
  next_attempt_at: document.next_attempt_at?.toISOString() ?? null,
  log: document.log.map((one) => ({ ...one, at: one.at.toISOString() })),
  payload: JSON.parse(document.payload),
  created_at: document.created_at.toISOString(),
  finished_at: document.finished_at?.toISOString() ?? null,
});
