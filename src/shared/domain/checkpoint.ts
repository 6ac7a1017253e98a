import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { jsonObjectSchema, timeSchema } from './json.ts';
import { messageListSchema, messageSchema, toolCallSchema } from './message.ts';

/** What made a step: the input of a run, an answer of the model, results of tools, or a change by hand. */
export const checkpointSourceSchema = z.enum(['input', 'model', 'tools', 'update']);
export type CheckpointSource = z.infer<typeof checkpointSourceSchema>;

/** A pair of first and last version, both inside. */
export type VersionRange = readonly [from: number, to: number];

const checkpointRefSchema = z
  .object({ thread_id: uuidSchema, checkpoint_id: uuidSchema, version: z.int() })
  .meta({ id: 'CheckpointRef' });

/** A thread as it was right after a checkpoint. */
export const threadStateSchema = z
  .object({
    values: z.object({ messages: z.array(messageSchema) }),
    next: z
      .array(z.enum(['model', 'tools']))
      .meta({ description: 'What an unfinished run does next; empty when nothing is due.' }),
    checkpoint: checkpointRefSchema.nullable(),
    parent_checkpoint: checkpointRefSchema.nullable(),
    metadata: jsonObjectSchema.meta({
      description: 'source, run_id, step, attempt and what the step recorded (model, usage, timings …).',
    }),
    created_at: timeSchema,
    tasks: z
      .array(z.object({ id: z.string(), name: z.string(), tool_call: toolCallSchema }))
      .meta({ description: 'Tool calls that wait for the client.' }),
  })
  .meta({ id: 'ThreadState' });
export type ThreadState = z.infer<typeof threadStateSchema>;

export const stateUpdateSchema = z
  .strictObject({
    values: z.union([messageListSchema, z.strictObject({ messages: messageListSchema })]).optional(),
    remove: z.array(uuidSchema).max(1000).optional().meta({ description: 'Ids of messages to remove.' }),
    checkpoint_id: uuidSchema.optional().meta({ description: 'Continue from this checkpoint: a rewind or a fork.' }),
  })
  .refine(
    (body) => body.values !== undefined || body.remove !== undefined || body.checkpoint_id !== undefined,
    'nothing to change',
  )
  .meta({ id: 'StateUpdate', example: { values: { messages: [{ role: 'user', content: 'A note' }] } } });
export type StateUpdate = z.infer<typeof stateUpdateSchema>;
