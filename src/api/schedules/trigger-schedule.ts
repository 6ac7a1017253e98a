import { z } from 'zod';
import { uuidSchema } from '../../shared/domain/ids.ts';
import { runSchema } from '../../shared/domain/run.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { StartRunDeps } from '../../shared/runs/start-run.ts';
import { startScheduledRun } from '../../shared/schedules/start-scheduled-run.ts';
import type { ApiDeps } from '../api-deps.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { CREATE_HEADERS } from '../runs/create-paths.ts';
import { exampleRun } from '../runs/example-run.ts';
import { runLocation } from '../runs/run-paths.ts';
import { exampleSchedule } from './example-schedule.ts';

export const triggerSchedule = (deps: StartRunDeps & Pick<ApiDeps, 'schedules'>) =>
  defineEndpoint({
    method: 'post',
    path: '/schedules/{schedule_id}/trigger',
    tag: 'Schedules',
    access: 'runs',
    summary: 'Start a run now',
    description: 'As if it had fired, also while it is paused. Its times stay as they are.',
    params: z.object({ schedule_id: uuidSchema }),
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      202: {
        description: 'Accepted: the run.',
        schema: runSchema,
        headers: CREATE_HEADERS,
        example: { ...exampleRun, status: 'queued', schedule_id: exampleSchedule.schedule_id },
      },
    },
    problems: ['reference_not_found', 'queue_full', 'too_many_queued_runs', ...IDEMPOTENCY.problems],
    async handler({ projectId, params: { schedule_id: scheduleId }, req }) {
      const schedule = await deps.schedules.records.document(projectId, scheduleId);
      if (!schedule) throw notFound('schedule');
      const { run, replayed, headers } = await startScheduledRun(deps, schedule, idempotencyKey(req));
      if (!replayed) await deps.schedules.records.noteRun(scheduleId, run.run_id);
      return { status: 202, body: run, headers: { 'Content-Location': runLocation(run), ...headers } };
    },
  });
