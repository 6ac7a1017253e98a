import type { CheckpointLog } from '../../shared/mongo/checkpoint-log.ts';
import type { CheckpointDocument, RunDocument } from '../../shared/mongo/documents.ts';
import type { ThreadReader } from '../../shared/mongo/thread-reader.ts';
import type { RunProgress } from './run-progress.ts';

export interface LoadProgressDeps {
  readonly log: CheckpointLog;
  readonly reader: ThreadReader;
}

/** What is committed of a run and its thread: one query for a fresh run that continues its thread. */
export async function loadProgress({ log, reader }: LoadProgressDeps, run: RunDocument): Promise<RunProgress> {
  const limit = run.options.limits.max_context_messages;
  const steps = run.attempt === 1 ? [] : await log.ofRun(run.project_id, run._id);
  const own = steps.at(-1);
  if (own) {
    const head = await log.head(run.project_id, run.thread_id);
    return {
      run,
      steps,
      position: { head, base: own.version === head?.version ? head : own },
      context: await reader.at(own, limit),
    };
  }
  const base = await findBase(log, run);
  if (base === 'newest') {
    const { head, messages } = await reader.tail(run.project_id, run.thread_id, limit);
    return { run, steps, position: { head, base: head }, context: messages };
  }
  const head = await log.head(run.project_id, run.thread_id);
  return { run, steps, position: { head, base }, context: base ? await reader.at(base, limit) : [] };
}

/** The checkpoint a run starts from: the newest, the one the client named, or the one before the run it rolls back. null: the empty thread. */
async function findBase(log: CheckpointLog, run: RunDocument): Promise<CheckpointDocument | null | 'newest'> {
  if (run.base_version !== undefined) return log.byVersion(run.project_id, run.thread_id, run.base_version);
  if (run.rollback_of === undefined) return 'newest';
  const [first] = await log.ofRun(run.project_id, run.rollback_of);
  if (!first) return 'newest';
  return first.parent === 0 ? null : log.byVersion(run.project_id, run.thread_id, first.parent);
}
