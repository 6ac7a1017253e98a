import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { timeSchema } from '../../shared/domain/json.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { limitSchema } from '../pagination.ts';
import { fireTimesOf } from './next-run.ts';

export const listNextRuns = (deps: Pick<ApiDeps, 'schedules'>) =>
  defineEndpoint({
    method: 'get',
    path: '/schedules/{schedule_id}/next',
    tag: 'Schedules',
    access: 'read',
    summary: 'When it fires next',
    description: 'The next times from now on; of a paused schedule those it would have.',
    params: z.object({ schedule_id: uuidSchema }),
    query: z.strictObject({ count: limitSchema(10) }),
    responses: {
      200: {
        description: 'Times, the next one first.',
        schema: z.array(timeSchema),
        example: ['2026-02-02T08:00:00.000Z', '2026-02-03T08:00:00.000Z'],
      },
    },
    async handler({ projectId, params, query: { count } }) {
      const schedule = await deps.schedules.records.get(projectId, params.schedule_id);
      if (!schedule) throw notFound('schedule');
      const times = fireTimesOf(schedule).list(new Date(), count);
      return { status: 200, body: times.map((time) => time.toISOString()) };
    },
  });
