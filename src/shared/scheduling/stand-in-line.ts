import type { RunDocument } from '../mongo/documents.ts';
import type { RunRepository } from '../mongo/run-repository.ts';
import type { ThreadRepository } from '../mongo/thread-repository.ts';
import type { Dispatcher } from './dispatcher.ts';

/**
 * Makes sure that somebody promotes a run that was stored as `queued`. The end of a run looks for the next one only when later places were taken; but places are taken before runs are
 * inserted, so a run with a later place than ours may hold the thread already.
 */
export async function standInLine(
  deps: {
    readonly runs: Pick<RunRepository, 'active'>;
    readonly threads: Pick<ThreadRepository, 'noteWaiting'>;
    readonly dispatcher: Pick<Dispatcher, 'promote'>;
  },
  run: Pick<RunDocument, 'project_id' | 'thread_id' | 'seq'>,
): Promise<void> {
  const { project_id: projectId, thread_id: threadId } = run;
  const holder = await deps.runs.active(projectId, threadId);
  if (holder && holder.seq <= run.seq) return;
  if (holder) await deps.threads.noteWaiting(projectId, threadId, holder.seq);
  await deps.dispatcher.promote(projectId, threadId);
}
