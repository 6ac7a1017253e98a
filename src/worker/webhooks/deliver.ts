/**
 * One attempt to deliver. It is claimed before it is made and written down after: a worker that dies in between leaves an attempt that counts as lost after a while and is made again, so the endpoint
 * may hear twice, under the same `webhook-id`. Nothing here can touch a run.
 */
import { Webhook } from 'standardwebhooks';
import { parseRetryAfter } from '../../shared/llm/parse-retry-after.ts';
import type { Logger } from '../../shared/logging/create-logger.ts';
import type { DeliveryRepository } from '../../shared/mongo/delivery-repository.ts';
import type { AttemptRecord, DeliveryDocument } from '../../shared/mongo/webhook-models.ts';
import type { WebhookRepository } from '../../shared/mongo/webhook-repository.ts';
import type { Outbound } from '../../shared/outbound/create-outbound.ts';
import { OutboundError } from '../../shared/outbound/outbound-error.ts';
import type { DeliveryJob } from '../../shared/queue/webhook-queue.ts';
import { SealedElsewhere, type SecretBox } from '../../shared/secrets/secret-box.ts';
import type { RingDelivery } from '../../shared/webhooks/announce.ts';
import { namedSecretPlace } from '../../shared/webhooks/run-hooks.ts';
import { webhookSecretPlace } from '../../shared/webhooks/webhook-secret.ts';
import type { EndpointPace } from './endpoint-pace.ts';
import { type AttemptResult, judgeAttempt } from './judge-attempt.ts';

export interface DeliverDeps {
  readonly webhooks: Pick<WebhookRepository, 'target' | 'noteDelivered' | 'disable'>;
  readonly deliveries: Pick<DeliveryRepository, 'claim' | 'succeed' | 'failAttempt' | 'giveBack'>;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly secrets: Pick<SecretBox, 'open'>;
  readonly ring: RingDelivery;
  readonly pace: EndpointPace;
  readonly timeoutMs: number;
  readonly backoffMs: readonly number[];
  readonly logger: Logger;
  /** Aborted when the process may not wait any longer. */
  readonly stopped: AbortSignal;
}

interface Target {
  readonly url: string;
  readonly secrets: readonly string[];
}

/** Times the time-out of the attempt: nobody else makes it meanwhile. */
const LOST_AFTER = 2;
const READ_BYTES = 4096;
const EXCERPT_CHARACTERS = 500;

/** Handles one bell. */
export function createDeliverer(deps: DeliverDeps): (job: DeliveryJob) => Promise<void> {
  const { webhooks, deliveries, ring, pace, timeoutMs, stopped } = deps;

  /** Where to and signed how, as it is now and not as it was when the event happened. A text: why not at all. */
  async function findTarget(delivery: DeliveryDocument): Promise<Target | string> {
    if (delivery.webhook_id === null) {
      const place = namedSecretPlace(delivery.project_id);
      return {
        url: delivery.url,
        secrets: delivery.secret === null ? [] : [deps.secrets.open(delivery.secret, place)],
      };
    }
    const place = webhookSecretPlace(delivery.webhook_id);
    const webhook = await webhooks.target(delivery.webhook_id);
    if (!webhook) return 'The endpoint was deleted.';
    if (!webhook.enabled && delivery.type !== 'ping') return 'The endpoint is disabled.';
    const valid = webhook.secrets.filter(({ until }) => until === null || until.getTime() > Date.now());
    return { url: webhook.url, secrets: valid.map(({ sealed }) => deps.secrets.open(sealed, place)) };
  }

  async function attempt(delivery: DeliveryDocument, target: Target): Promise<AttemptResult & { excerpt: string }> {
    const { url, secrets } = target;
    const at = new Date();
    const signatures = secrets.map((secret) => new Webhook(secret).sign(delivery.message_id, at, delivery.payload));
    const answer = await deps.outbound.send({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'skein-webhooks',
        'webhook-id': delivery.message_id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        ...(signatures.length > 0 ? { 'webhook-signature': signatures.join(' ') } : {}),
      },
      body: delivery.payload,
      timeoutMs,
      maxBytes: READ_BYTES,
      signal: stopped,
    });
    const get = (name: string): string | null => answer.headers[name]?.toString() ?? null;
    const retryAfterMs = parseRetryAfter({ get }, Date.now());
    return { kind: 'answer', status: answer.status, retryAfterMs, excerpt: toExcerpt(answer.body) };
  }

  async function tryTarget(delivery: DeliveryDocument): Promise<(AttemptResult & { excerpt: string }) | 'aborted'> {
    try {
      const target = await findTarget(delivery);
      if (typeof target === 'string') return { kind: 'no_answer', reason: target, excerpt: '' };
      delivery.url = target.url;
      return await attempt(delivery, target);
    } catch (error) {
      if (error instanceof OutboundError && error.failure === 'aborted') return 'aborted';
      if (!(error instanceof OutboundError) && !(error instanceof SealedElsewhere)) throw error;
      return { kind: 'no_answer', reason: error.message, excerpt: '' };
    }
  }

  async function conclude(
    delivery: DeliveryDocument,
    result: AttemptResult & { excerpt: string },
    record: Omit<AttemptRecord, 'error' | 'status_code' | 'excerpt'>,
  ): Promise<void> {
    const { webhook_id: webhookId, url } = delivery;
    const made = delivery.attempts - delivery.attempts_before;
    const verdict = judgeAttempt(result, made, deps.backoffMs, Math.random());
    const full = {
      ...record,
      status_code: result.kind === 'answer' ? result.status : null,
      excerpt: result.excerpt,
    };
    if (verdict.kind === 'delivered') {
      await deliveries.succeed(delivery, url, { ...full, error: null });
      if (webhookId !== null) await webhooks.noteDelivered(webhookId);
      return;
    }
    const { error, delayMs, gone } = verdict;
    const failed = await deliveries.failAttempt(delivery, url, { ...full, error }, delayMs);
    if (failed && delayMs !== null) await ring(failed);
    if (failed && delayMs === null && webhookId !== null && delivery.type !== 'ping')
      await (gone ? webhooks.disable(webhookId, 'gone') : webhooks.disable(webhookId, 'failing', delivery.created_at));
    deps.logger.info({ delivery_id: delivery._id, webhook_id: webhookId, attempt: made, error }, 'delivery failed');
  }

  async function handBack(delivery: DeliveryDocument, delayMs: number): Promise<void> {
    const again = await deliveries.giveBack(delivery, delayMs);
    if (again) await ring(again);
  }

  return async ({ delivery_id, bell }) => {
    const delivery = await deliveries.claim({ _id: delivery_id, bell }, timeoutMs * LOST_AFTER);
    if (!delivery) return;
    const turn = pace.enter(delivery.webhook_id ?? `${delivery.project_id} ${delivery.url}`);
    if (turn.kind === 'later') return handBack(delivery, turn.delayMs);
    const at = new Date();
    const startedAt = performance.now();
    const result = await tryTarget(delivery).finally(() => turn.leave());
    if (result === 'aborted') return handBack(delivery, 0);
    await conclude(delivery, result, { at, duration_ms: Math.round(performance.now() - startedAt) });
  };
}

/** The beginning of what is most likely text, on one line. */
const toExcerpt = (body: Buffer): string =>
  body
    .toString('utf8')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, EXCERPT_CHARACTERS);
