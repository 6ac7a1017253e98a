import type { RunDocument } from '../../shared/mongo/documents.ts';
import { type Repeat, type StartedRun, type StartRunDeps, startRun } from '../../shared/runs/start-run.ts';

/** Starts a new run with the input, options, lane and thread of one that has ended. @throws as `startRun` */
export async function repeatRun(deps: StartRunDeps, old: RunDocument, key: string | undefined): Promise<StartedRun> {
  return startRun(
    deps,
    old.project_id,
    {
      thread_id: old.thread_id,
      assistant_id: old.assistant_id,
      input: old.input,
      multitask_strategy: 'enqueue',
      metadata: { ...old.metadata, retry_of: old._id },
      lane: old.lane,
    },
    key,
    { options: old.options, seq: old.seq, from: await placeOf(deps, old) },
  );
}

/** Where a repetition starts: before the old run's steps when they are the newest, where that would have started when it has none, else at the end of the thread. */
async function placeOf(deps: Pick<StartRunDeps, 'log'>, old: RunDocument): Promise<Repeat['from']> {
  const head = await deps.log.head(old.project_id, old.thread_id);
  if (head?.run_id === old._id) return { rollback_of: old._id };
  const committed = await deps.log.ofRun(old.project_id, old._id);
  if (committed.length > 0) return {};
  return {
    ...(old.base_version === undefined ? {} : { base_version: old.base_version }),
    ...(old.rollback_of === undefined ? {} : { rollback_of: old.rollback_of }),
  };
}
