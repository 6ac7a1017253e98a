import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { plainText, timeSchema } from './json.ts';

/**
 * What a key may do:
 * - `read`: every GET of its project
 * - `runs`: that, and change threads, runs and assistants of its project
 * - `ops`: see and steer queues and lanes, which all projects share
 */
export const keyScopeSchema = z.enum(['runs', 'read', 'ops']);
export type KeyScope = z.infer<typeof keyScopeSchema>;

const name = plainText(200).min(1);
const scopes = z
  .array(keyScopeSchema)
  .min(1)
  .max(3)
  .refine((list) => new Set(list).size === list.length, 'a scope may be named once')
  .meta({ description: '`read`, `runs` (which may read too) and `ops`.' });

export const apiKeyInputSchema = z
  .strictObject({ name, scopes: scopes.default(['runs']) })
  .meta({ id: 'ApiKeyInput', example: { name: 'Web shop', scopes: ['runs'] } });
export type ApiKeyInput = z.infer<typeof apiKeyInputSchema>;

/** A key as it can be looked at: the key itself is not stored. */
export const apiKeySchema = z
  .object({
    key_id: uuidSchema,
    project_id: uuidSchema,
    name,
    prefix: z.string().meta({ description: 'How the key begins, to tell keys apart.' }),
    scopes,
    created_at: timeSchema,
    last_used_at: timeSchema.nullable().meta({ description: 'To the minute; null when it was never used.' }),
    revoked_at: timeSchema.nullable(),
  })
  .meta({ id: 'ApiKey' });
export type ApiKey = z.infer<typeof apiKeySchema>;

/** The answer that makes a key, the only one that shows it. */
export const createdApiKeySchema = apiKeySchema
  .extend({
    key: z
      .string()
      .nullable()
      .meta({ description: 'The key. It is shown this once; null when the request repeats one that was answered.' }),
  })
  .meta({ id: 'CreatedApiKey' });
