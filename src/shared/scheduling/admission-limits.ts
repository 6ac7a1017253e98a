import type { Lane } from '../domain/run.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { AccessModels } from '../mongo/access-models.ts';
import type { WorkerDocument } from '../mongo/documents.ts';
import type { Models } from '../mongo/models.ts';

/** How large a project's window is in a lane: so many of its runs may be on the queue and not taken. 0: the project is paused. */
export interface AdmissionLimits {
  of(projectId: string, lane: Lane): Promise<number>;
  /** What the size is made of: slots of the lane, of all workers that are alive, and whether the project is paused. */
  load(projectId: string, lane: Lane): Promise<{ readonly slots: number; readonly paused: boolean }>;
  /** Something was changed that the next question has to see. */
  forget(): void;
}

/** Also with few slots the queue must not run dry between a run that was taken and the one that is admitted for it. */
const LEAST = 8;
const SHARE = 1 / 4;
const GOOD_MS = 5000;
/** More than any installation has at work. */
const WORKERS = 500;
const PAUSED = 10_000;

interface Known {
  readonly slots: Readonly<Record<Lane, number>>;
  readonly paused: ReadonlySet<string>;
}

/** A quarter of the slots that all workers have: another project's run then waits for about a quarter of a run's time behind a full window, whoever fills it. */
export const windowSize = (slots: number): number => Math.max(LEAST, Math.floor(slots * SHARE));

/**
 * Reads slots and pauses from the record, at most every five seconds; while that fails, what was known last counts.
 * @param deps.fixed instead of the share of the slots
 */
export function createAdmissionLimits(deps: {
  models: Pick<Models, 'workers'> & Pick<AccessModels, 'projects'>;
  fixed: number | undefined;
  logger: Logger;
}): AdmissionLimits {
  const { models, fixed, logger } = deps;
  let known: Known = { slots: { interactive: 0, batch: 0 }, paused: new Set() };
  let current: Promise<void> | null = null;
  let goodUntil = 0;

  async function read(): Promise<void> {
    const [workers, paused] = await Promise.all([
      models.workers
        .find({ seen_at: { $gt: new Date(Date.now() - 60_000) } }, { slots: 1 })
        .batchSize(WORKERS + 1)
        .limit(WORKERS)
        .lean<Pick<WorkerDocument, '_id' | 'slots'>[]>(),
      models.projects
        .find({ paused_at: { $gt: new Date(0) } }, { _id: 1 })
        .batchSize(PAUSED + 1)
        .limit(PAUSED)
        .lean<{ _id: string }[]>(),
    ]);
    const slotsOf = (lane: Lane) => workers.reduce((sum, worker) => sum + worker.slots[lane], 0);
    known = {
      slots: { interactive: slotsOf('interactive'), batch: slotsOf('batch') },
      paused: new Set(paused.map((project) => project._id)),
    };
  }

  function start(): Promise<void> {
    const reading = read()
      .catch((err) => logger.warn({ err }, 'could not read how many slots there are; what was known counts'))
      .finally(() => {
        // What was begun before a change does not count as knowing it.
        if (current !== reading) return;
        goodUntil = Date.now() + GOOD_MS;
        current = null;
      });
    return reading;
  }

  function fresh(): Promise<void> {
    if (Date.now() < goodUntil) return Promise.resolve();
    current ??= start();
    // Known once, nobody waits for it: it is a share, not a promise.
    return goodUntil === 0 ? current : Promise.resolve();
  }

  return {
    async of(projectId, lane) {
      await fresh();
      if (known.paused.has(projectId)) return 0;
      return fixed ?? windowSize(known.slots[lane]);
    },
    async load(projectId, lane) {
      await fresh();
      return { slots: known.slots[lane], paused: known.paused.has(projectId) };
    },
    forget() {
      goodUntil = 0;
      current = null;
    },
  };
}
