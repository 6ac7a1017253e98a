import { z } from 'zod';

/** What one run may use up. Reaching one ends the run as `incomplete` with the name of the limit as reason. */
export const limitsSchema = z
  .strictObject({
    max_steps: z.int().min(1).max(200).meta({ description: 'Model calls.' }),
    max_tool_calls: z.int().min(0).max(1000),
    max_duration_ms: z.int().min(1000).max(3_600_000).meta({
      description:
        'Milliseconds from the first start to the end; anew from the moment the client delivers tool outputs.',
    }),
    max_total_tokens: z
      .int()
      .min(1)
      .nullable()
      .meta({ description: 'Tokens of all model calls together; null is no limit.' }),
    max_context_messages: z
      .int()
      .min(1)
      .max(10_000)
      .meta({ description: 'How many of the newest messages the model is shown.' }),
  })
  .meta({ id: 'Limits' });
export type Limits = z.infer<typeof limitsSchema>;

export const DEFAULT_LIMITS: Limits = {
  max_steps: 25,
  max_tool_calls: 64,
  max_duration_ms: 600_000,
  max_total_tokens: null,
  max_context_messages: 1000,
};

/** Attempts that may end with a dead worker or an error of ours before the run is given up. */
export const MAX_LOST_ATTEMPTS = 3;
