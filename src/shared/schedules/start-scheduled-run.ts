import { AppError } from '../errors/app-error.ts';
import { requestKey } from '../idempotency/once.ts';
import type { ScheduleDocument } from '../mongo/schedule-models.ts';
import { type StartedRun, type StartRunDeps, startRun } from '../runs/start-run.ts';

/**
 * Starts a run of a schedule by the same code as any other run, on its thread or on a new one that is named after it. Safe to repeat with the same key.
 * @throws AppError as `startRun`, and reference_not_found when its assistant is gone
 */
export async function startScheduledRun(
  deps: StartRunDeps,
  schedule: ScheduleDocument,
  key: string | undefined,
): Promise<StartedRun> {
  const { project_id: projectId, assistant_id: assistantId } = schedule;
  const threadId = schedule.thread_id ?? (await newThread(deps, schedule, key));
  const input = {
    thread_id: threadId,
    ...(assistantId === null ? {} : { assistant_id: assistantId }),
    input: schedule.input,
    multitask_strategy: 'enqueue' as const,
    metadata: schedule.metadata,
    lane: schedule.lane,
    ...schedule.overrides,
  };
  return startRun(deps, projectId, input, key, undefined, schedule._id);
}

/** Its key is the run's behind a blank, which no client's key can have. */
async function newThread(deps: StartRunDeps, schedule: ScheduleDocument, key: string | undefined): Promise<string> {
  const { project_id: projectId, assistant_id: assistantId, name } = schedule;
  if (assistantId === null || !(await deps.assistants.get(projectId, assistantId)))
    throw new AppError('reference_not_found', { detail: 'The assistant does not exist.' });
  const threadKey = requestKey(key === undefined ? undefined : ` ${key}`, ['thread of schedule', schedule._id]);
  const { value } = await deps.once(projectId, threadKey, {
    find: (known) => deps.threads.byRequest(projectId, known),
    make: (known) =>
      deps.threads.create(projectId, {
        name,
        assistantId,
        metadata: { schedule_id: schedule._id },
        ...(known ? { key: known } : {}),
      }),
  });
  return value.thread_id;
}
