import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { setClock } from './next-run.ts';

export const deleteSchedule = (deps: Pick<ApiDeps, 'schedules' | 'logger'>) =>
  defineEndpoint({
    method: 'delete',
    path: '/schedules/{schedule_id}',
    tag: 'Schedules',
    access: 'runs',
    summary: 'Remove a schedule',
    description: 'Its runs and threads stay.',
    params: z.object({ schedule_id: uuidSchema }),
    responses: { 204: { description: 'It is gone.' } },
    async handler({ projectId, params: { schedule_id: scheduleId } }) {
      const schedule = await deps.schedules.records.get(projectId, scheduleId);
      if (!schedule || !(await deps.schedules.records.remove(projectId, scheduleId))) throw notFound('schedule');
      await setClock({ ...deps.schedules, logger: deps.logger }, { ...schedule, enabled: false });
      return { status: 204 };
    },
  });
