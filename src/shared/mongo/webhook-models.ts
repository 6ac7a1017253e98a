import { type Connection, type Model, Schema } from 'mongoose';
import type { DeliveryType, DisabledReason, WebhookEvent } from '../domain/webhook.ts';
import { type Keyed, REMOVED_KEY_SECONDS } from './request-key.ts';

/** A secret that deliveries are signed with. `until`: it was replaced, and counts until then. */
interface StoredSecret {
  /** See `secret-box.ts`. */
  sealed: string;
  until: Date | null;
}

export interface WebhookDocument extends Keyed {
  _id: string;
  project_id: string;
  url: string;
  events: WebhookEvent[];
  description: string;
  enabled: boolean;
  disabled_reason: DisabledReason | null;
  /** Since when it is enabled: runs that were accepted by processes that did not know it yet are looked for from here on. */
  enabled_at: Date;
  /** Newest first. */
  secrets: StoredSecret[];
  last_delivered_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface AttemptRecord {
  at: Date;
  duration_ms: number;
  status_code: number | null;
  error: string | null;
  excerpt: string;
}

/** One event for one endpoint; `_id` is derived from both, so there is never a second. */
export interface DeliveryDocument {
  _id: string;
  project_id: string;
  /** null: the event's subject named the URL itself. */
  webhook_id: string | null;
  message_id: string;
  type: DeliveryType;
  subject_id: string;
  url: string;
  /** Sealed; of a URL that a subject named, where it has one. */
  secret: string | null;
  /** The body as it is sent: signatures of all attempts are of the same bytes. */
  payload: string;
  status: 'pending' | 'delivered' | 'failed';
  attempts: number;
  /** `attempts` when it was asked for last: by its event, or by a replay. */
  attempts_before: number;
  /** How often a bell was due; the one for an older count is not heard. */
  bell: number;
  /** Due then. While an attempt is under way: when it counts as lost. */
  next_attempt_at: Date | null;
  log: AttemptRecord[];
  created_at: Date;
  finished_at: Date | null;
  expires_at: Date;
}

/** Who hears of what, and what they were told. */
export interface WebhookModels {
  readonly webhooks: Model<WebhookDocument>;
  readonly deliveries: Model<DeliveryDocument>;
}

const text = { type: String, required: true } as const;
const whole = { type: Number, required: true } as const;
const time = { type: Date, required: true } as const;
const any = { type: Schema.Types.Mixed } as const;
const options = { versionKey: false, minimize: false, strict: 'throw', autoIndex: false, autoCreate: false } as const;

/** The collections of webhooks, bound to one connection. */
export function createWebhookModels(connection: Connection): WebhookModels {
  const webhooks = new Schema(
    {
      _id: text,
      project_id: text,
      url: String,
      events: { type: [String], default: undefined },
      description: String,
      enabled: Boolean,
      disabled_reason: any,
      enabled_at: Date,
      secrets: any,
      last_delivered_at: Date,
      created_at: Date,
      updated_at: Date,
      idempotency_key: String,
      fingerprint: String,
      removed_at: Date,
    },
    { ...options, collection: 'webhooks' },
  )
    .index({ project_id: 1, _id: -1 }, { name: 'list' })
    .index(
      { project_id: 1, idempotency_key: 1 },
      { name: 'idempotency', unique: true, partialFilterExpression: { idempotency_key: { $exists: true } } },
    )
    .index({ removed_at: 1 }, { name: 'removed_keys', expireAfterSeconds: REMOVED_KEY_SECONDS, sparse: true });
  const deliveries = new Schema(
    {
      _id: text,
      project_id: text,
      webhook_id: any,
      message_id: text,
      type: text,
      subject_id: text,
      url: text,
      secret: any,
      payload: text,
      status: text,
      attempts: whole,
      attempts_before: whole,
      bell: whole,
      next_attempt_at: Date,
      log: any,
      created_at: time,
      finished_at: Date,
      expires_at: time,
    },
    { ...options, collection: 'webhook_deliveries' },
  )
    .index({ project_id: 1, webhook_id: 1, created_at: -1, _id: -1 }, { name: 'list' })
    .index({ next_attempt_at: 1 }, { name: 'due', partialFilterExpression: { status: 'pending' } })
    .index({ expires_at: 1 }, { name: 'old', expireAfterSeconds: 0 });
  return {
    webhooks: connection.model('webhooks', webhooks) as unknown as Model<WebhookDocument>,
    deliveries: connection.model('webhook_deliveries', deliveries) as unknown as Model<DeliveryDocument>,
  };
}
