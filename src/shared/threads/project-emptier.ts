/**
 * A project is deleted when it is empty, by a mark that no look-up of a key takes any more. A request that was let in a moment before may still store something, which nobody can reach: it is removed here.
 * A crash in between leaves the project unmarked, and the next sweep goes on; several sweepers at once remove nothing twice.
 */
import type { DeletedProjects } from '../mongo/deleted-projects.ts';
import type { RemoveRemains } from './remove-remains.ts';
import type { ThreadRemover } from './thread-remover.ts';

export type EmptyProjects = () => Promise<void>;

/** After it no request is under way that was let in before the end: keys are trusted for 12 s at most, and a request has 30 s to arrive. */
const LET_IN_MS = 60_000;

export function createEmptyProjects(deps: {
  readonly projects: DeletedProjects;
  readonly remover: Pick<ThreadRemover, 'remove'>;
  readonly removeRemains: RemoveRemains;
}): EmptyProjects {
  const { projects, remover, removeRemains } = deps;

  async function empty(projectId: string): Promise<void> {
    await projects.removeAssistants(projectId);
    await projects.removeSettings(projectId);
    await projects.endBatches(projectId);
    await projects.endDocuments(projectId);
    const threads = await projects.threads(projectId);
    for (const threadId of threads) await remover.remove(projectId, threadId);
    const runs = await projects.runs(projectId);
    for (const { runId, threadId } of runs) await removeRemains(projectId, threadId, runId);
    if (threads.length + runs.length === 0) await projects.noteEmpty(projectId);
  }

  return async () => {
    for (const projectId of await projects.toEmpty(new Date(Date.now() - LET_IN_MS))) await empty(projectId);
  };
}
