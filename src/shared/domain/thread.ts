import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { metadataSchema, plainText, timeSchema } from './json.ts';
import { roleSchema } from './message.ts';

const name = plainText(200).min(1);

export const threadInputSchema = z
  .strictObject({
    name,
    assistant_id: uuidSchema,
    metadata: metadataSchema.default({}),
    thread_id: uuidSchema.optional().meta({ description: 'An id of the client, to make the call safe to repeat.' }),
    if_exists: z
      .enum(['raise', 'do_nothing'])
      .default('raise')
      .meta({ description: 'What to do when `thread_id` is taken: 409, or answer the thread.' }),
  })
  .meta({
    id: 'ThreadInput',
    example: { name: 'Trip to Lisbon', assistant_id: '0190a3b4-0000-7000-8000-000000000001' },
  });
export type ThreadInput = z.infer<typeof threadInputSchema>;

export const threadPatchSchema = z
  .strictObject({ name, metadata: metadataSchema, assistant_id: uuidSchema })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'ThreadPatch', example: { name: 'Lisbon and Porto' } });
export type ThreadPatch = z.infer<typeof threadPatchSchema>;

/**
 * - `busy`: a run holds the thread (or waits to be taken by a worker)
 * - `interrupted`: a run waits for the client (`requires_action`)
 * - `error`: nothing runs and the last run failed
 * - `idle`: anything else
 */
export const threadStatusSchema = z.enum(['idle', 'busy', 'interrupted', 'error']);
export type ThreadStatus = z.infer<typeof threadStatusSchema>;

export const messagePreviewSchema = z.object({ role: roleSchema, text: z.string(), created_at: timeSchema });
export type MessagePreview = z.infer<typeof messagePreviewSchema>;

export const threadSchema = z
  .object({
    thread_id: uuidSchema,
    name,
    assistant_id: uuidSchema,
    project_id: uuidSchema,
    status: threadStatusSchema,
    metadata: metadataSchema,
    last_message: messagePreviewSchema
      .nullable()
      .meta({ description: 'The newest message, its first 200 characters.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Thread' });
export type Thread = z.infer<typeof threadSchema>;
