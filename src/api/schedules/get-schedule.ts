import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { scheduleSchema } from '../../shared/domain/schedule.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { exampleSchedule } from './example-schedule.ts';

export const getSchedule = (deps: Pick<ApiDeps, 'schedules'>) =>
  defineEndpoint({
    method: 'get',
    path: '/schedules/{schedule_id}',
    tag: 'Schedules',
    access: 'read',
    summary: 'Get a schedule',
    description: 'With its last run and, when that could not start, why. Its runs are `GET /runs?schedule_id=…`.',
    params: z.object({ schedule_id: uuidSchema }),
    responses: { 200: { description: 'The schedule.', schema: scheduleSchema, example: exampleSchedule } },
    async handler({ projectId, params }) {
      const schedule = await deps.schedules.records.get(projectId, params.schedule_id);
      if (!schedule) throw notFound('schedule');
      return { status: 200, body: schedule };
    },
  });
