import type { Message } from '../../shared/domain/message.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { ApiDeps } from '../api-deps.ts';
import type { RunProgress, RunSource } from '../sse/run-source.ts';

export type RunSourceDeps = Pick<ApiDeps, 'runs' | 'log' | 'waiting'>;

/** A run as the record has it, for streams and for those who wait. */
export function createRunSource(deps: RunSourceDeps, projectId: string, runId: string): RunSource {
  return {
    async load() {
      const run = await deps.runs.get(projectId, runId);
      return run && { run, messages: await messagesOfRun(deps, run) };
    },
    async status() {
      const run = await deps.runs.get(projectId, runId);
      return run && progressOf(deps, run);
    },
  };
}

export async function progressOf(deps: Pick<ApiDeps, 'runs' | 'waiting'>, run: Run): Promise<RunProgress> {
  return { status: run.status, usage: run.usage, position: await positionOf(deps, run) };
}

/** How many runs go first: of its thread, or of its project when it is at the head of its thread and waits for room on the queue. */
async function positionOf({ runs, waiting }: Pick<ApiDeps, 'runs' | 'waiting'>, run: Run): Promise<number | null> {
  const ahead = await runs.queuePosition(run.project_id, run);
  return ahead === 0 && run.dispatch === 0 ? waiting.countBefore(run.project_id, run.lane, run.run_id) : ahead;
}

/** What a run has written so far, without its input. */
export async function messagesOfRun(deps: Pick<ApiDeps, 'log'>, run: Run): Promise<Message[]> {
  const steps = await deps.log.ofRun(run.project_id, run.run_id);
  return steps.filter((step) => step.source !== 'input').flatMap((step) => step.messages);
}
