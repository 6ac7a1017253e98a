import { z } from 'zod';
import { behaviourFields } from './assistant.ts';
import { shownContextSchema } from './context-policy.ts';
import { uuidSchema } from './ids.ts';
import { metadataSchema, timeSchema } from './json.ts';
import { limitsSchema } from './limits.ts';
import { messageInputSchema, messageSchema, messagesInputSchema, toolCallSchema, usageSchema } from './message.ts';
import { runStatusSchema } from './run-status.ts';
import { runWebhookSchema } from './webhook.ts';

/**
 * What to do when the thread has an active run: wait in order (`enqueue`), refuse with 409 (`reject`), cancel the active run and keep
 * its committed steps (`interrupt`), or cancel it and continue from before its first step (`rollback`).
 */
export const multitaskSchema = z.enum(['enqueue', 'reject', 'interrupt', 'rollback']);
export type Multitask = z.infer<typeof multitaskSchema>;

export const laneSchema = z.enum(['interactive', 'batch']);
export type Lane = z.infer<typeof laneSchema>;

/** The snapshot a run is executed with. */
export const runOptionsSchema = z.object(behaviourFields).meta({ id: 'RunOptions' });
export type RunOptions = z.infer<typeof runOptionsSchema>;

/** What a request may set beside what the assistant says. */
export const overrideFields = {
  model: behaviourFields.model.optional(),
  instructions: behaviourFields.instructions.optional(),
  temperature: behaviourFields.temperature.optional(),
  response_format: behaviourFields.response_format.optional(),
  limits: limitsSchema.partial().optional(),
};

const runInputFields = {
  input: messagesInputSchema
    .nullable()
    .optional()
    .meta({ description: 'A text, a list of messages or `{messages}`; null or absent continues from what is there.' }),
  assistant_id: uuidSchema
    .optional()
    .meta({ description: "Default: the thread's assistant. Required without a thread." }),
  multitask_strategy: multitaskSchema.default('enqueue'),
  checkpoint_id: uuidSchema
    .optional()
    .meta({ description: 'Continue from this checkpoint (rewind, edit and resend, fork) and not from the newest.' }),
  ...overrideFields,
  metadata: metadataSchema.default({}),
  lane: laneSchema.default('interactive'),
  webhook: runWebhookSchema.optional(),
};

export const threadRunInputSchema = z
  .strictObject(runInputFields)
  .meta({ id: 'ThreadRunInput', example: { input: 'What is 12*7?' } });
export type ThreadRunInput = z.infer<typeof threadRunInputSchema>;

export const runInputSchema = z
  .strictObject({
    thread_id: uuidSchema.optional().meta({ description: 'Absent: the run gets a temporary thread of its own.' }),
    ...runInputFields,
  })
  .meta({
    id: 'RunInput',
    example: {
      thread_id: '0190a3b4-0000-7000-8000-000000000002',
      input: { messages: [{ role: 'user', content: 'What is 12*7?' }] },
    },
  });
export type RunInput = z.infer<typeof runInputSchema>;

export const runErrorSchema = z.object({ code: z.string(), message: z.string() }).meta({ id: 'RunError' });
export type RunError = z.infer<typeof runErrorSchema>;

export const runSchema = z
  .object({
    run_id: uuidSchema,
    thread_id: uuidSchema,
    assistant_id: uuidSchema,
    project_id: uuidSchema,
    seq: z.int().meta({ description: 'Order within the thread.' }),
    status: runStatusSchema,
    multitask_strategy: multitaskSchema,
    lane: laneSchema,
    input: z.array(messageInputSchema),
    options: runOptionsSchema,
    metadata: metadataSchema,
    attempt: z.int().meta({ description: 'How often a worker took it.' }),
    dispatch: z.int().meta({ description: 'How often it was put on the queue.' }),
    worker_id: z.string().nullable(),
    usage: usageSchema,
    required_action: z
      .object({ type: z.literal('submit_tool_outputs'), tool_calls: z.array(toolCallSchema) })
      .nullable(),
    last_error: runErrorSchema.nullable(),
    incomplete_details: z.object({ reason: z.string() }).nullable(),
    batch_id: uuidSchema.nullable(),
    schedule_id: uuidSchema.nullable(),
    webhook: z.object({ url: z.string() }).nullable().meta({ description: 'The endpoint it names itself.' }),
    cancel_requested_at: timeSchema.nullable(),
    created_at: timeSchema,
    dispatched_at: timeSchema.nullable(),
    started_at: timeSchema.nullable(),
    first_token_at: timeSchema.nullable(),
    finished_at: timeSchema.nullable(),
    expires_at: timeSchema.nullable(),
  })
  .meta({ id: 'Run' });
export type Run = z.infer<typeof runSchema>;

/** What `…/wait` answers: the run with the messages it ended with. */
export const finishedRunSchema = runSchema.extend({ messages: z.array(messageSchema) }).meta({ id: 'FinishedRun' });
export type FinishedRun = z.infer<typeof finishedRunSchema>;

/** One model call or one tool call of a run, in the order they happened. */
export const runStepSchema = z
  .object({
    step: z.int(),
    type: z.enum(['input', 'model_call', 'tool_call', 'update']),
    status: z.enum(['completed', 'failed']),
    checkpoint_id: uuidSchema,
    attempt: z.int(),
    message_id: uuidSchema.nullable(),
    tool_call_id: z.string().nullable(),
    name: z.string().nullable().meta({ description: 'Model or tool.' }),
    finish_reason: z.string().nullable(),
    usage: usageSchema.nullable(),
    error: runErrorSchema.nullable(),
    context: shownContextSchema.nullable().meta({
      description: 'Which part of the thread a model call was shown, where the assistant has a `context_policy`.',
    }),
    started_at: timeSchema,
    first_token_at: timeSchema.nullable(),
    finished_at: timeSchema,
    duration_ms: z.number(),
  })
  .meta({ id: 'RunStep' });
export type RunStep = z.infer<typeof runStepSchema>;

export const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 } as const;
