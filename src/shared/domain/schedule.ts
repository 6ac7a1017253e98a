import { z } from 'zod';
import { behaviourFields } from './assistant.ts';
import { uuidSchema } from './ids.ts';
import { metadataSchema, plainText, timeSchema } from './json.ts';
import { limitsSchema } from './limits.ts';
import { messagesInputSchema } from './message.ts';
import { laneSchema, runErrorSchema } from './run.ts';

/**
 * What becomes of times that passed while nobody could start a run: nothing (`skip`), or one run for all of them (`run_once`).
 */
const missedSchema = z.enum(['skip', 'run_once']);
export type Missed = z.infer<typeof missedSchema>;

const name = plainText(200).min(1);
const cron = plainText(100).min(1).meta({
  description:
    'Five fields: minute, hour, day of the month, month, weekday. Nothing fires more often than each minute.',
});
const timeZone = plainText(64).min(1).meta({ description: 'Name of the IANA database, such as `Europe/Berlin`.' });
const overrides = z
  .strictObject({
    model: behaviourFields.model,
    instructions: behaviourFields.instructions,
    temperature: behaviourFields.temperature,
    limits: limitsSchema.partial(),
  })
  .partial()
  .meta({ id: 'ScheduleOverrides', description: 'Instead of what the assistant says, as on a run.' });
export type ScheduleOverrides = z.infer<typeof overrides>;

const fields = {
  name,
  cron,
  time_zone: timeZone,
  thread_id: uuidSchema.nullable().meta({ description: 'Where the runs go; null gives each run a thread of its own.' }),
  assistant_id: uuidSchema
    .nullable()
    .meta({ description: 'Required without a thread. With one, instead of the assistant of the thread.' }),
  input: messagesInputSchema,
  overrides,
  metadata: metadataSchema,
  lane: laneSchema,
  enabled: z.boolean(),
  missed: missedSchema,
};

export const scheduleInputSchema = z
  .strictObject({
    ...fields,
    time_zone: timeZone.default('UTC'),
    thread_id: fields.thread_id.default(null),
    assistant_id: fields.assistant_id.default(null),
    overrides: overrides.default({}),
    metadata: metadataSchema.default({}),
    lane: laneSchema.default('interactive'),
    enabled: z.boolean().default(true),
    missed: missedSchema.default('skip'),
  })
  .refine(({ thread_id, assistant_id }) => thread_id !== null || assistant_id !== null, {
    path: ['assistant_id'],
    error: 'required without thread_id',
    params: { code: 'required' },
  })
  .meta({
    id: 'ScheduleInput',
    example: {
      name: 'Morning report',
      cron: '0 9 * * MON-FRI',
      time_zone: 'Europe/Berlin',
      assistant_id: '0190a3b4-0000-7000-8000-000000000001',
      input: 'What happened since yesterday?',
    },
  });
export type ScheduleInput = z.infer<typeof scheduleInputSchema>;

export const schedulePatchSchema = z
  .strictObject(fields)
  .omit({ thread_id: true, assistant_id: true })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'nothing to change')
  .meta({ id: 'SchedulePatch', example: { enabled: false } });
export type SchedulePatch = z.infer<typeof schedulePatchSchema>;

export const scheduleSchema = z
  .object({
    schedule_id: uuidSchema,
    project_id: uuidSchema,
    ...fields,
    next_run_at: timeSchema.nullable().meta({ description: 'null while it is paused.' }),
    last_run_at: timeSchema
      .nullable()
      .meta({ description: 'The time that fired last, whether its run could start or not.' }),
    last_run_id: uuidSchema.nullable(),
    last_error: runErrorSchema
      .extend({ at: timeSchema })
      .nullable()
      .meta({ description: 'Why the last time that fired started no run; null when it did.' }),
    created_at: timeSchema,
    updated_at: timeSchema,
  })
  .meta({ id: 'Schedule' });
export type Schedule = z.infer<typeof scheduleSchema>;
