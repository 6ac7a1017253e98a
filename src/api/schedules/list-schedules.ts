import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { scheduleSchema } from '../../shared/domain/schedule.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { decodeCursor, PAGE_HEADERS, pageQuery, toPage } from '../pagination.ts';
import { exampleSchedule } from './example-schedule.ts';

const positionSchema = z.tuple([uuidSchema]);

export const listSchedules = (deps: Pick<ApiDeps, 'schedules'>) =>
  defineEndpoint({
    method: 'get',
    path: '/schedules',
    tag: 'Schedules',
    access: 'read',
    summary: 'List schedules',
    description: 'Last made first, paused ones too.',
    query: z.strictObject(pageQuery),
    responses: {
      200: {
        description: 'A page of schedules.',
        schema: z.array(scheduleSchema),
        headers: PAGE_HEADERS,
        example: [exampleSchedule],
      },
    },
    async handler({ projectId, query: { limit, cursor }, req }) {
      const after = decodeCursor(positionSchema, cursor)?.[0];
      const schedules = await deps.schedules.records.list(projectId, { limit: limit + 1, after });
      return { status: 200, ...toPage(req.originalUrl, schedules, limit, (last) => [last.schedule_id]) };
    },
  });
