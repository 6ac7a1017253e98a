import { api, ask } from '../../api/client.ts';
import { randomId } from '../../api/random-id.ts';
import type { Run } from '../../api/types.ts';

/** Submits a run that has ended again, as a new run with the same input and settings on the same thread. @returns the new one @throws ApiError */
export const retryRun = (runId: string): Promise<Run> =>
  ask(
    api.POST('/ops/runs/{run_id}/retry', {
      params: { path: { run_id: runId } },
      headers: { 'Idempotency-Key': randomId() },
    }),
  );
