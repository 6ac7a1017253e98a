/**
 * Pausing a lane. The wish is stored in MongoDB, then the queue is told. A crash or a Redis that is away between the two leaves a wish that is not followed yet; every
 * sweep of every worker, and every start of one, tells the queue again, so it is followed within a sweep. The same repairs a Redis that lost everything: until that
 * sweep runs of a paused lane may start.
 */
import type { Lane } from '../domain/run.ts';
import { laneSchema } from '../domain/run.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { Models } from '../mongo/models.ts';
import type { RunQueue } from '../queue/run-queue.ts';

export interface LaneSwitch {
  /**
   * Stores the wish and tells the queue. Safe to repeat.
   * @returns false when Redis did not answer: the wish is stored and will be followed.
   */
  set(lane: Lane, paused: boolean): Promise<boolean>;
  /** The lanes that are to be paused, by the record. */
  paused(): Promise<ReadonlySet<Lane>>;
  /** Makes the queue follow the record. @throws when Redis does not answer. */
  apply(): Promise<void>;
}

export function createLaneSwitch(deps: {
  models: Pick<Models, 'lanes'>;
  queue: Pick<RunQueue, 'isPaused' | 'setPaused'>;
  logger: Logger;
}): LaneSwitch {
  const { models, queue, logger } = deps;

  async function paused(): Promise<ReadonlySet<Lane>> {
    const lanes = await models.lanes.find({ paused: true }, { _id: 1 }).lean<{ _id: Lane }[]>();
    return new Set(lanes.map(({ _id }) => _id));
  }

  return {
    paused,
    async set(lane, wanted) {
      await models.lanes.updateOne(
        { _id: lane },
        { $set: { paused: wanted, changed_at: new Date() } },
        { upsert: true },
      );
      try {
        await queue.setPaused(lane, wanted);
        return true;
      } catch (err) {
        logger.warn({ err, lane, paused: wanted }, 'the queue was not told of a pause; the sweeper will');
        return false;
      }
    },
    async apply() {
      // The queue is asked first: where the two differ, the record is then the newer one.
      const told = await Promise.all(
        laneSchema.options.map(async (lane) => ({ lane, paused: await queue.isPaused(lane) })),
      );
      const wish = await paused();
      for (const { lane, paused: isPaused } of told) {
        if (isPaused === wish.has(lane)) continue;
        logger.warn({ lane, paused: wish.has(lane) }, 'the queue did not follow the record; it was told again');
        await queue.setPaused(lane, wish.has(lane));
      }
    },
  };
}
