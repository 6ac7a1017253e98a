import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { plainText, timeSchema } from './json.ts';

const name = plainText(200).min(1);

export const projectInputSchema = z.strictObject({ name }).meta({ id: 'ProjectInput', example: { name: 'Support' } });
export type ProjectInput = z.infer<typeof projectInputSchema>;

const limit = (instead: string) =>
  z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .meta({ description: `Instead of ${instead}; null: as that says.` });

/** What a project may do at the door, where it differs from the others. */
const projectLimitsSchema = z
  .strictObject({
    requests_per_second: limit('`RATE_LIMIT_PER_PROJECT`'),
    queued_runs: limit('`QUEUED_RUNS_PER_PROJECT`'),
  })
  .meta({ id: 'ProjectLimits' });
export type ProjectLimits = z.infer<typeof projectLimitsSchema>;

export const NO_PROJECT_LIMITS: ProjectLimits = { requests_per_second: null, queued_runs: null };

export const projectPatchSchema = z
  .strictObject({ name, limits: projectLimitsSchema.partial() })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'ProjectPatch', example: { name: 'Support', limits: { requests_per_second: 5000 } } });
export type ProjectPatch = z.infer<typeof projectPatchSchema>;

/** Owner of threads, runs, assistants and keys; nothing of one project is seen from another. */
export const projectSchema = z
  .object({
    project_id: uuidSchema,
    name,
    limits: projectLimitsSchema,
    paused_at: timeSchema
      .nullable()
      .meta({ description: 'Since when no waiting run of it starts; null: it is not paused.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof projectSchema>;
