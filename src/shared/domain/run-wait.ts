import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { runSchema } from './run.ts';

/** What keeps a queued run from starting; the first of these that holds. */
export const waitReasonSchema = z.enum([
  'thread_busy',
  'project_paused',
  'lane_paused',
  'no_worker',
  'queue_away',
  'project_window',
  'workers_busy',
  'next',
]);
export type WaitReason = z.infer<typeof waitReasonSchema>;

export const runWaitSchema = z
  .object({
    reason: waitReasonSchema,
    detail: z.string().meta({ description: 'The same for people, with what to do about it.' }),
    position: z.int().min(0).nullable().meta({
      description:
        'How many runs go first: of the thread for `thread_busy`, of the project for `project_window` (counted up to 1,000), of the lane for `workers_busy`. Null where it is not the order that it waits for.',
    }),
    blocked_by: uuidSchema.nullable().meta({ description: 'The run that holds the thread.' }),
    waited_ms: z.int().min(0).meta({ description: 'Since it was accepted.' }),
  })
  .meta({ id: 'RunWait' });
export type RunWait = z.infer<typeof runWaitSchema>;

/** A run with what it waits for. */
export const runDetailSchema = runSchema
  .extend({
    waiting: runWaitSchema
      .nullable()
      .meta({ description: 'Why it has not started, while it is `queued`; null otherwise.' }),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof runDetailSchema>;
