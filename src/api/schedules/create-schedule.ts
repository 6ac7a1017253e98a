import { scheduleInputSchema, scheduleSchema } from '../../shared/domain/schedule.ts';
import { AppError } from '../../shared/errors/app-error.ts';
import { requestKey } from '../../shared/idempotency/once.ts';
import type { ApiDeps } from '../api-deps.ts';
import { assistantMustExist } from '../assistants/assistant-must-exist.ts';
import { defineEndpoint } from '../endpoint.ts';
import { IDEMPOTENCY, idempotencyKey } from '../idempotency-key.ts';
import { exampleSchedule } from './example-schedule.ts';
import { nextRun, setClock } from './next-run.ts';

export const createSchedule = (deps: Pick<ApiDeps, 'schedules' | 'threads' | 'assistants' | 'once' | 'logger'>) =>
  defineEndpoint({
    method: 'post',
    path: '/schedules',
    tag: 'Schedules',
    access: 'runs',
    summary: 'Add a schedule',
    description:
      'Starts a run each time its cron expression says, in its time zone: on a thread, or with an assistant on a new thread each time. Each time has exactly one run, whatever crashes.',
    body: scheduleInputSchema,
    requestHeaders: IDEMPOTENCY.requestHeaders,
    responses: {
      201: {
        description: 'The new schedule.',
        schema: scheduleSchema,
        headers: IDEMPOTENCY.responseHeaders,
        example: { ...exampleSchedule, last_run_at: null, last_run_id: null },
      },
    },
    problems: ['reference_not_found', ...IDEMPOTENCY.problems],
    async handler({ projectId, body, req }) {
      const { value: schedule, headers } = await deps.once(
        projectId,
        requestKey(idempotencyKey(req), ['create schedule', body]),
        {
          find: (known) => deps.schedules.records.byRequest(projectId, known),
          async make(known) {
            const next = nextRun(body);
            if (body.assistant_id !== null) await assistantMustExist(deps.assistants, projectId, body.assistant_id);
            if (body.thread_id !== null && !(await deps.threads.get(projectId, body.thread_id)))
              throw new AppError('reference_not_found', {
                detail: 'The thread does not exist.',
                errors: [{ pointer: '/thread_id', code: 'reference_not_found', message: 'No such thread.' }],
              });
            return deps.schedules.records.create(projectId, body, next, known);
          },
        },
      );
      await setClock({ ...deps.schedules, logger: deps.logger }, schedule);
      return { status: 201, headers, body: schedule };
    },
  });
