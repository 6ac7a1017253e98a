import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { schedulePatchSchema, scheduleSchema } from '../../shared/domain/schedule.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleSchedule } from './example-schedule.ts';
import { nextRun, setClock } from './next-run.ts';

export const patchSchedule = (deps: Pick<ApiDeps, 'schedules' | 'logger'>) =>
  defineEndpoint({
    method: 'patch',
    path: '/schedules/{schedule_id}',
    tag: 'Schedules',
    access: 'runs',
    summary: 'Change, pause or resume a schedule',
    description:
      '`enabled: false` pauses it. Times that pass while it is paused are not missed; neither are those of before when its expression or zone changes: it goes on with the next time from now. Runs that ' +
      'were started stay as they are.',
    params: z.object({ schedule_id: uuidSchema }),
    body: schedulePatchSchema,
    responses: { 200: { description: 'The schedule.', schema: scheduleSchema, example: exampleSchedule } },
    problems: ['state_conflict'],
    async handler({ projectId, params, body }) {
      const before = await deps.schedules.records.get(projectId, params.schedule_id);
      if (!before) throw notFound('schedule');
      const { cron = before.cron, time_zone = before.time_zone, enabled = before.enabled } = body;
      const asBefore = cron === before.cron && time_zone === before.time_zone && enabled === before.enabled;
      const next = asBefore ? undefined : nextRun({ cron, time_zone, enabled });
      const schedule = await deps.schedules.records.patch(before, body, next);
      if (!asBefore) await setClock({ ...deps.schedules, logger: deps.logger }, schedule);
      return { status: 200, body: schedule };
    },
  });
