import { randomBytes } from 'node:crypto';

/** A new signing secret in the form of Standard Webhooks: 32 random bytes. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** Where the secret of an endpoint is sealed. */
export const webhookSecretPlace = (webhookId: string): string => `webhook ${webhookId}`;
