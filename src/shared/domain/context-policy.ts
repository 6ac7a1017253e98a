import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { usageSchema } from './message.ts';

const tokens = z.int().min(256).max(2_000_000);

/**
 * Which part of a long thread the model is shown. The history itself is never changed, and each model step says what was left out. The window begins at the same message for as long as it fits, and
 * then moves on by a large part, so that most requests begin with the same text and the provider's prompt cache can use it.
 */
export const contextPolicySchema = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('last_messages').meta({ description: 'The newest messages.' }),
      max_messages: z.int().min(2).max(10_000),
    }),
    z.strictObject({
      type: z.literal('token_budget').meta({ description: 'As many of the newest messages as fit.' }),
      max_tokens: tokens,
    }),
    z.strictObject({
      type: z.literal('summary').meta({
        description: 'As `token_budget`; what no longer fits is summed up by the model, and the summary goes first.',
      }),
      max_tokens: tokens,
      summary_max_tokens: z.int().min(64).max(16_384).default(1024),
    }),
  ])
  .meta({ id: 'ContextPolicy', example: { type: 'token_budget', max_tokens: 16_000 } });
export type ContextPolicy = z.infer<typeof contextPolicySchema>;

/** The window of a context policy, as one model call had it. */
export const shownContextSchema = z
  .object({
    policy: z.enum(['last_messages', 'token_budget', 'summary']),
    first_message_id: uuidSchema
      .nullable()
      .meta({ description: 'The oldest message that was shown; null when none was left out.' }),
    shown_messages: z.int(),
    left_out_messages: z
      .int()
      .meta({ description: 'Of the newest `limits.max_context_messages`; what is older is never read.' }),
    estimated_tokens: z
      .int()
      .meta({ description: 'Our count, which decides about the window; the provider’s is in `usage`.' }),
    summary: z.string().nullable().meta({ description: 'What stood for the messages that were left out.' }),
    summary_usage: usageSchema.nullable().meta({ description: 'Of the calls that made the summary, in this step.' }),
  })
  .meta({ id: 'ShownContext' });
export type ShownContext = z.infer<typeof shownContextSchema>;
