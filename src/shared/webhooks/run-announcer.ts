import { isTerminal } from '../domain/run-status.ts';
import type { WebhookEvent } from '../domain/webhook.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { RunDocument } from '../mongo/documents.ts';
import type { RunAnnouncements } from '../mongo/run-announcements.ts';
import type { Announce } from './announce.ts';
import { toRunData } from './run-data.ts';

/**
 * Announces what happened to runs. The mark on the run goes after the deliveries are stored: a crash in between announces it again, which makes nothing twice.
 */
export interface RunAnnouncer {
  /** Begins to announce; returns at once and never throws, so no run waits for it. What is not done, the sweep does. */
  notify(runId: string): void;
  /** @throws when MongoDB does not answer */
  tell(run: RunDocument): Promise<void>;
  /** Ends when nothing that was begun is under way. */
  idle(): Promise<void>;
}

export function createRunAnnouncer(deps: {
  runs: Pick<RunAnnouncements, 'get' | 'told'>;
  announce: Announce;
  logger: Logger;
}): RunAnnouncer {
  const { runs, announce, logger } = deps;
  const underWay = new Set<Promise<void>>();

  async function tell(run: RunDocument): Promise<void> {
    const event = eventOf(run);
    if (event === null) return;
    const at = run.finished_at ?? new Date();
    const waits = event === 'run.requires_action';
    const announcement = { type: event, id: run._id, at, data: toRunData(run) };
    await announce(
      run.project_id,
      waits ? { ...announcement, occurrence: run.dispatch } : announcement,
      run.webhook ?? undefined,
    );
    await runs.told(run);
  }

  return {
    tell,
    notify(runId) {
      const work = runs
        .get(runId)
        .then((run) => (run?.hooks ? tell(run) : undefined))
        .catch((err) => logger.warn({ err, run_id: runId }, 'a run is announced by the sweep'))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    },
    async idle() {
      await Promise.all(underWay);
    },
  };
}

/** null: nothing to tell of. */
function eventOf({ status, pause_untold }: RunDocument): WebhookEvent | null {
  if (isTerminal(status)) return `run.${status}`;
  return status === 'requires_action' && pause_untold ? 'run.requires_action' : null;
}
