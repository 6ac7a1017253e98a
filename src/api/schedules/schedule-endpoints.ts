import type { ApiDeps } from '../api-deps.ts';
import type { Endpoint } from '../endpoint.ts';
import { createSchedule } from './create-schedule.ts';
import { deleteSchedule } from './delete-schedule.ts';
import { getSchedule } from './get-schedule.ts';
import { listNextRuns } from './list-next-runs.ts';
import { listSchedules } from './list-schedules.ts';
import { patchSchedule } from './patch-schedule.ts';
import { triggerSchedule } from './trigger-schedule.ts';

/** The endpoints under `/schedules`, in the order of the reference. */
export const createScheduleEndpoints = (deps: ApiDeps): readonly Endpoint[] => [
  listSchedules(deps),
  createSchedule(deps),
  getSchedule(deps),
  patchSchedule(deps),
  deleteSchedule(deps),
  listNextRuns(deps),
  triggerSchedule(deps),
];
