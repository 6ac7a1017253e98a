import type { FinishedRun, Run } from '../../shared/domain/run.ts';
import { isTerminal } from '../../shared/domain/run-status.ts';
import { notFound } from '../../shared/errors/app-error.ts';
import type { ApiDeps } from '../api-deps.ts';
import { waitForDone } from '../sse/wait-for-done.ts';
import { createRunSource, type RunSourceDeps } from './run-source.ts';

export type FinishedRunDeps = RunSourceDeps & Pick<ApiDeps, 'hub' | 'config'>;

/** Waits until a run has ended or waits for the client. @param lookMs how often the record is asked when nothing is heard @throws the signal's reason when the caller has gone; AppError not_found when the run was deleted. */
export async function finishedRun(
  deps: FinishedRunDeps,
  run: Run,
  signal: AbortSignal,
  lookMs = deps.config.STREAM_HEARTBEAT_MS,
): Promise<FinishedRun> {
  const source = createRunSource(deps, run.project_id, run.run_id);
  await waitForDone({
    hub: deps.hub,
    source,
    runId: run.run_id,
    signal,
    heartbeatMs: lookMs,
    ended: (status) => isTerminal(status) || status === 'requires_action',
  });
  const loaded = await source.load();
  if (!loaded) throw notFound('run');
  return { ...loaded.run, messages: [...loaded.messages] };
}
