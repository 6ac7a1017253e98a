import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { metadataSchema, plainText, timeSchema } from './json.ts';
import { messagesInputSchema, usageSchema } from './message.ts';
import { overrideFields, runErrorSchema } from './run.ts';
import { runStatusSchema } from './run-status.ts';
import { runWebhookSchema } from './webhook.ts';

/**
 * States of a batch.
 *
 * - `uploading`: items arrive and are stored; no run is made of them yet
 * - `in_progress`: accepted; its items become runs
 * - `cancelling`: no new run is made; those that are open are being stopped
 * - `completed`: every item has ended, however it ended
 * - `cancelled`: it was cancelled before that; items without a run count as cancelled
 */
export const batchStatusSchema = z.enum(['uploading', 'in_progress', 'cancelling', 'completed', 'cancelled']);
export type BatchStatus = z.infer<typeof batchStatusSchema>;

/** Has every item ended? A retry can begin it again. */
export const isFinished = (status: BatchStatus): boolean => status === 'completed' || status === 'cancelled';

/** What is said of a batch as a whole. */
export const batchOptionsSchema = z.strictObject({
  name: plainText(200).min(1).optional(),
  assistant_id: uuidSchema.optional().meta({ description: 'For items that name neither an assistant nor a thread.' }),
  metadata: metadataSchema.default({}),
  webhook: runWebhookSchema
    .optional()
    .meta({ description: 'Hears of `batch.completed`, beside the endpoints of the project.' }),
});
export type BatchOptions = z.infer<typeof batchOptionsSchema>;

/** One line of an upload. */
export const batchItemSchema = z
  .strictObject({
    custom_id: plainText(256).min(1).meta({ description: "The client's own name of the item; once in a batch." }),
    input: messagesInputSchema,
    assistant_id: uuidSchema.optional(),
    thread_id: uuidSchema
      .optional()
      .meta({ description: 'Absent: the run gets a thread of its own, which is removed with the batch.' }),
    ...overrideFields,
    metadata: metadataSchema.default({}),
  })
  .meta({ id: 'BatchItem', example: { custom_id: 'sum-1', input: 'What is 12*7?' } });
export type BatchItem = z.infer<typeof batchItemSchema>;

/** How the items stand; the others add up to `total`. */
export const batchCountsSchema = z
  .object({
    total: z.int(),
    waiting: z.int().meta({ description: 'No run has been made yet.' }),
    queued: z.int(),
    in_progress: z.int().meta({ description: 'Those that are stopping are among them.' }),
    requires_action: z.int(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    expired: z.int(),
    incomplete: z.int(),
  })
  .meta({ id: 'BatchCounts' });
export type BatchCounts = z.infer<typeof batchCountsSchema>;

export const batchSchema = z
  .object({
    batch_id: uuidSchema,
    project_id: uuidSchema,
    name: z.string().nullable(),
    assistant_id: uuidSchema.nullable(),
    status: batchStatusSchema,
    received: z.int().meta({ description: 'Items that are stored: where an upload that was cut off goes on.' }),
    counts: batchCountsSchema,
    usage: usageSchema.nullable().meta({ description: 'Tokens of all items; null until the batch has ended.' }),
    metadata: metadataSchema,
    created_at: timeSchema,
    started_at: timeSchema.nullable().meta({ description: 'When the upload was complete: the acceptance.' }),
    cancel_requested_at: timeSchema.nullable(),
    finished_at: timeSchema.nullable(),
    expires_at: timeSchema
      .nullable()
      .meta({ description: 'When it is removed with its items, its runs and their threads; null while it works.' }),
  })
  .meta({ id: 'Batch' });
export type Batch = z.infer<typeof batchSchema>;

/** One line of the results. */
export const batchResultSchema = z
  .object({
    index: z.int().meta({ description: 'Place of the item in the upload, from 0.' }),
    custom_id: z.string(),
    run_id: uuidSchema.nullable().meta({ description: 'null: cancelled before a run was made.' }),
    thread_id: uuidSchema.nullable(),
    status: runStatusSchema,
    output: z.string().nullable().meta({ description: "Text of the run's last assistant message." }),
    usage: usageSchema,
    error: runErrorSchema.nullable(),
    finished_at: timeSchema.nullable(),
  })
  .meta({ id: 'BatchResult' });
export type BatchResult = z.infer<typeof batchResultSchema>;
