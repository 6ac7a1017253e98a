import { z } from 'zod';
import { uuidSchema } from './ids.ts';
import { plainText, timeSchema } from './json.ts';

const name = plainText(200).min(1);

export const projectInputSchema = z.strictObject({ name }).meta({ id: 'ProjectInput', example: { name: 'Support' } });
export type ProjectInput = z.infer<typeof projectInputSchema>;

/** Owner of threads, runs, assistants and keys; nothing of one project is seen from another. */
export const projectSchema = z
  .object({
    project_id: uuidSchema,
    name,
    paused_at: timeSchema
      .nullable()
      .meta({ description: 'Since when no waiting run of it starts; null: it is not paused.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof projectSchema>;
