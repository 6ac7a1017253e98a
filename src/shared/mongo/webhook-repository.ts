import { newId } from '../domain/ids.ts';
import type { DisabledReason, Webhook, WebhookEvent, WebhookInput, WebhookPatch } from '../domain/webhook.ts';
import { AppError } from '../errors/app-error.ts';
import { changeOne } from './change-one.ts';
import { createInserter } from './create-inserter.ts';
import { insertRequested } from './insert-requested.ts';
import { bury, keyFields, type RequestKey, sameRequestOfLiving } from './request-key.ts';
import type { WebhookDocument, WebhookModels } from './webhook-models.ts';

/** Endpoints as their project sees them, and what deliveries need of them. */
export interface WebhookRepository {
  /** @param seal gives what is stored of the secret, for the id of the new endpoint @throws AppError `state_conflict` when another request with this key was first */
  create(
    projectId: string,
    input: WebhookInput,
    seal: (webhookId: string) => string,
    key?: RequestKey,
  ): Promise<Webhook>;
  /** What an earlier request with this key created. @throws AppError idempotency_key_reused, not_found (it was deleted) */
  byRequest(projectId: string, key: RequestKey): Promise<Webhook | null>;
  get(projectId: string, webhookId: string): Promise<Webhook | null>;
  /** Newest first. */
  list(projectId: string, page: { limit: number; after?: string | undefined }): Promise<Webhook[]>;
  patch(projectId: string, webhookId: string, patch: WebhookPatch): Promise<Webhook | null>;
  /** The new secret comes first, the one before it counts until `oldUntil`. @throws AppError state_conflict */
  rotate(projectId: string, webhookId: string, sealed: string, oldUntil: Date): Promise<Webhook | null>;
  /** Safe to repeat. @returns whether it was there */
  remove(projectId: string, webhookId: string): Promise<boolean>;
  /** Enabled endpoints of the project that want to hear of this. */
  subscribers(projectId: string, event: WebhookEvent): Promise<Pick<WebhookDocument, '_id' | 'url'>[]>;
  /** Projects with an enabled endpoint. */
  projects(): Promise<Set<string>>;
  /** Projects with endpoints that were enabled after this, and since when. */
  enabledSince(since: Date): Promise<Map<string, Date>>;
  /** What an attempt needs: null when the endpoint was deleted. */
  target(webhookId: string): Promise<Pick<WebhookDocument, 'url' | 'enabled' | 'secrets'> | null>;
  /** To the minute: an endpoint that hears a lot costs no write each time. */
  noteDelivered(webhookId: string): Promise<void>;
  /** @param quietSince only when nothing was delivered since then */
  disable(webhookId: string, reason: DisabledReason, quietSince?: Date): Promise<void>;
}

const MINUTE_MS = 60_000;
/** A limit of the whole installation on projects that are looked at together. */
const MANY = 10_000;

export function createWebhookRepository({ webhooks }: Pick<WebhookModels, 'webhooks'>): WebhookRepository {
  const insert = createInserter(webhooks);
  const one = (projectId: string, webhookId: string) => ({ _id: webhookId, project_id: projectId, removed_at: null });
  const wire = (document: WebhookDocument | null): Webhook | null => document && toWebhook(document);

  return {
    async create(projectId, input, seal, key) {
      const now = new Date();
      const id = newId();
      const document: WebhookDocument = {
        _id: id,
        project_id: projectId,
        ...input,
        disabled_reason: null,
        enabled_at: now,
        secrets: [{ sealed: seal(id), until: null }],
        last_delivered_at: null,
        created_at: now,
        updated_at: now,
        ...keyFields(key),
      };
      await insertRequested(insert, document);
      return toWebhook(document);
    },

    async byRequest(projectId, key) {
      const found = await webhooks.findOne({ project_id: projectId, idempotency_key: key.key }).lean<WebhookDocument>();
      return wire(sameRequestOfLiving(found, key, 'webhook'));
    },

    get: async (projectId, webhookId) =>
      wire(await webhooks.findOne(one(projectId, webhookId)).lean<WebhookDocument>()),

    async list(projectId, { limit, after }) {
      const filter = { project_id: projectId, removed_at: null, ...(after ? { _id: { $lt: after } } : {}) };
      const documents = await webhooks.find(filter).sort({ _id: -1 }).limit(limit).lean<WebhookDocument[]>();
      return documents.map(toWebhook);
    },

    async patch(projectId, webhookId, patch) {
      const now = new Date();
      const enabling = patch.enabled ? { disabled_reason: null, enabled_at: now } : {};
      const change = { $set: { ...patch, ...enabling, updated_at: now } };
      return wire(await changeOne(webhooks, one(projectId, webhookId), change));
    },

    async rotate(projectId, webhookId, sealed, oldUntil) {
      const now = new Date();
      const found = await webhooks.findOne(one(projectId, webhookId)).lean<WebhookDocument>();
      const [newest] = found?.secrets ?? [];
      if (!found || !newest) return null;
      const secrets = [
        { sealed, until: null },
        ...(oldUntil > now ? [{ sealed: newest.sealed, until: oldUntil }] : []),
      ];
      const unchanged = { ...one(projectId, webhookId), 'secrets.0.sealed': newest.sealed };
      const rotated = await changeOne(webhooks, unchanged, { $set: { secrets, updated_at: now } });
      if (!rotated) throw new AppError('state_conflict', { detail: 'The secret was just changed.' });
      return toWebhook(rotated);
    },

    remove: (projectId, webhookId) => bury(webhooks, { _id: webhookId, project_id: projectId }),

    subscribers: (projectId, event) =>
      webhooks
        .find({ project_id: projectId, enabled: true, events: event }, { url: 1 })
        .batchSize(MANY)
        .lean<Pick<WebhookDocument, '_id' | 'url'>[]>(),

    async projects() {
      const found = await webhooks.aggregate<{ _id: string }>([
        { $match: { enabled: true } },
        { $group: { _id: '$project_id' } },
      ]);
      return new Set(found.map(({ _id }) => _id));
    },

    async enabledSince(since) {
      const found = await webhooks.aggregate<{ _id: string; since: Date }>([
        { $match: { enabled: true, enabled_at: { $gte: since } } },
        { $group: { _id: '$project_id', since: { $min: '$enabled_at' } } },
      ]);
      return new Map(found.map((project) => [project._id, project.since]));
    },

    target: (webhookId) =>
      webhooks
        .findOne({ _id: webhookId, removed_at: null }, { url: 1, enabled: 1, secrets: 1 })
        .lean<Pick<WebhookDocument, 'url' | 'enabled' | 'secrets'>>(),

    async noteDelivered(webhookId) {
      const now = Date.now();
      const stale = { $or: [{ last_delivered_at: null }, { last_delivered_at: { $lt: new Date(now - MINUTE_MS) } }] };
      await changeOne(webhooks, { _id: webhookId, ...stale }, { $set: { last_delivered_at: new Date(now) } });
    },

    async disable(webhookId, reason, quietSince) {
      const quiet = { $or: [{ last_delivered_at: null }, { last_delivered_at: { $lt: quietSince } }] };
      await changeOne(
        webhooks,
        { _id: webhookId, enabled: true, ...(quietSince ? quiet : {}) },
        { $set: { enabled: false, disabled_reason: reason, updated_at: new Date() } },
      );
    },
  };
}

function toWebhook(document: WebhookDocument): Webhook {
  const old = document.secrets[1]?.until ?? null;
  return {
    webhook_id: document._id,
    project_id: document.project_id,
    url: document.url,
    events: document.events,
    description: document.description,
    enabled: document.enabled,
    disabled_reason: document.disabled_reason,
    old_secret_until: old && old.getTime() > Date.now() ? old.toISOString() : null,
    last_delivered_at: document.last_delivered_at?.toISOString() ?? null,
    created_at: document.created_at.toISOString(),
    updated_at: document.updated_at.toISOString(),
  };
}
