import { z } from 'zod';
import { uuidSchema } from '../domain/ids.ts';
import type { Lane } from '../domain/run.ts';

/** The whole payload of a job: ids. What is to be done stands in MongoDB, so a job that comes twice, late or never loses nothing. */
export const runJobSchema = z.strictObject({ run_id: uuidSchema, dispatch: z.int().min(1) });
export type RunJob = z.infer<typeof runJobSchema>;

/** One BullMQ queue for each lane. */
export const queueName = (lane: Lane): string => `runs-${lane}`;

/**
 * A job id that is new for each dispatch: BullMQ silently ignores an id it still has, so `run-<id>` alone could not be queued again. It refuses ids
 * with ":" or of digits only; the prefix keeps clear of both.
 */
export const runJobId = (job: RunJob): string => `run-${job.run_id}-${job.dispatch}`;
