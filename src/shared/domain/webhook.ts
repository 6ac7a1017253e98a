import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { jsonObjectSchema, plainText, timeSchema } from './json.ts';

/** What an endpoint can be told of. `run.*` are the states a run ends in, and `run.requires_action` each time it waits for the client. */
export const webhookEventSchema = z.enum([
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.expired',
  'run.incomplete',
  'run.requires_action',
  'batch.completed',
]);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** `ping` is sent when it is asked for, to one endpoint. */
export const deliveryTypeSchema = z.enum([...webhookEventSchema.options, 'ping']);
export type DeliveryType = z.infer<typeof deliveryTypeSchema>;

const url = plainText(2048).min(1).meta({ description: 'http or https, on the public internet.' });
const events = z
  .array(webhookEventSchema)
  .min(1)
  .max(webhookEventSchema.options.length)
  .refine((list) => new Set(list).size === list.length, 'an event may be named once');
const description = plainText(500);

export const webhookInputSchema = z
  .strictObject({ url, events, description: description.default(''), enabled: z.boolean().default(true) })
  .meta({
    id: 'WebhookInput',
    example: { url: 'https://example.com/skein', events: ['run.completed', 'run.failed'], description: 'Billing' },
  });
export type WebhookInput = z.infer<typeof webhookInputSchema>;

export const webhookPatchSchema = z
  .strictObject({ url, events, description, enabled: z.boolean() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'WebhookPatch', example: { enabled: false } });
export type WebhookPatch = z.infer<typeof webhookPatchSchema>;

/**
 * Why Skein stopped calling an endpoint:
 * - `gone`: it answered 410
 * - `failing`: all attempts of a delivery failed, and nothing was delivered since that began
 */
const disabledReasonSchema = z.enum(['gone', 'failing']);
export type DisabledReason = z.infer<typeof disabledReasonSchema>;

export const webhookSchema = z
  .object({
    webhook_id: uuidSchema,
    project_id: uuidSchema,
    url,
    events,
    description,
    enabled: z.boolean(),
    disabled_reason: disabledReasonSchema
      .nullable()
      .meta({ description: 'Why Skein disabled it; null when it did not. Enabling it again clears this.' }),
    old_secret_until: timeSchema
      .nullable()
      .meta({ description: 'Until then deliveries are signed with the secret before the last rotation too.' }),
    last_delivered_at: timeSchema.nullable().meta({ description: 'To the minute.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.infer<typeof webhookSchema>;

/** The answers that show a secret. */
export const webhookWithSecretSchema = webhookSchema
  .extend({
    secret: z.string().nullable().meta({
      description: '`whsec_` and base64. It is shown this once; null when the request repeats one that was answered.',
    }),
  })
  .meta({ id: 'WebhookWithSecret' });

export const rotationInputSchema = z
  .strictObject({
    keep_old_seconds: z.int().min(0).max(604_800).default(86_400).meta({
      description: 'How long deliveries are signed with the old secret too; 0 when it has leaked.',
    }),
  })
  .meta({ id: 'WebhookRotation', example: { keep_old_seconds: 86_400 } });

/** A secret as clients may choose one for a single run: what `standardwebhooks` takes. */
const chosenSecret = z
  .string()
  .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 bytes')
  .meta({ description: '`whsec_` and the base64 of 24 to 64 random bytes. Without it the deliveries are not signed.' });

/** The endpoint that one run names; it hears of `run.*`, beside those of the project. */
export const runWebhookSchema = z
  .strictObject({ url, secret: chosenSecret.optional() })
  .meta({ id: 'RunWebhook', example: { url: 'https://example.com/skein' } });
export type RunWebhook = z.infer<typeof runWebhookSchema>;

export const deliveryAttemptSchema = z
  .object({
    at: timeSchema,
    duration_ms: z.int(),
    status_code: z.int().nullable().meta({ description: 'null when there was no answer.' }),
    error: z.string().nullable().meta({ description: 'Why there was none, or why it counts as a failure.' }),
    excerpt: z.string().meta({ description: 'How the answer began.' }),
  })
  .meta({ id: 'DeliveryAttempt' });
export type DeliveryAttempt = z.infer<typeof deliveryAttemptSchema>;

export const deliverySchema = z
  .object({
    delivery_id: uuidSchema,
    webhook_id: uuidSchema.nullable().meta({ description: 'null: the run or batch named the URL itself.' }),
    project_id: uuidSchema,
    message_id: uuidSchema.meta({ description: 'The `webhook-id` header: the same for all attempts and endpoints.' }),
    type: deliveryTypeSchema,
    subject_id: uuidSchema.meta({ description: 'The run or batch it tells of; of a ping the endpoint.' }),
    url,
    status: z.enum(['pending', 'delivered', 'failed']),
    attempts: z.int(),
    next_attempt_at: timeSchema.nullable(),
    log: z.array(deliveryAttemptSchema).meta({ description: 'The last 10 attempts, oldest first.' }),
    payload: jsonObjectSchema.meta({ description: 'What was sent.' }),
    created_at: timeSchema,
    finished_at: timeSchema.nullable(),
  })
  .meta({ id: 'WebhookDelivery' });
export type Delivery = z.infer<typeof deliverySchema>;
