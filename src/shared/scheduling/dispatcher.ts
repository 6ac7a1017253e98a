import type { RunDocument } from '../mongo/documents.ts';
import type { RunLifecycle } from '../mongo/run-lifecycle.ts';
import type { Admission } from './admission.ts';

/**
 * Who promotes a run also sees to its admission. Both may be repeated: each is a compare-and-set, and a bell is known by its dispatch number. A crash between two of them leaves
 * a run that waits, or is dispatched and not on the queue, and the sweeper goes on with it.
 */
export interface Dispatcher {
  /** Gives the thread to its next run, if it is free and one is queued, and puts that on the queue if there is room. @returns the promoted run. */
  promote(projectId: string, threadId: string): Promise<RunDocument | null>;
  /** Rings for a run that goes on the queue again. Never throws: the run is safe in MongoDB, only later. */
  ring(run: Pick<RunDocument, '_id' | 'project_id' | 'dispatch' | 'lane'>): Promise<void>;
}

export function createDispatcher(deps: {
  lifecycle: Pick<RunLifecycle, 'promote'>;
  admission: Pick<Admission, 'admit' | 'ringAgain'>;
}): Dispatcher {
  const { lifecycle, admission } = deps;
  return {
    ring: (run) => admission.ringAgain(run),
    async promote(projectId, threadId) {
      const run = await lifecycle.promote(projectId, threadId);
      return run && ((await admission.admit(run)) ?? run);
    },
  };
}
