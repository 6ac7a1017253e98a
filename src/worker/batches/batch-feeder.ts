import type { Redis } from 'ioredis';
import type { RedisKeys } from '../../shared/redis/keys.ts';
import { type StepBatchDeps, stepBatch } from './step-batch.ts';

export interface BatchFeeder {
  stop(): Promise<void>;
}

/** While batches work, the next look is this soon; which of them is due then says the record. */
const BUSY_MS = 200;
/** After a step that failed, for example because the database is away. */
const FAILED_MS = 5000;

/**
 * Looks after batches: in every worker, one batch after the other, each by one worker at a time. It looks at once when an API process nudges, often while there is work, and else every `idleMs`.
 * @param deps.subscriber a connection of role `subscriber`
 */
export async function startBatchFeeder(
  deps: StepBatchDeps & {
    readonly subscriber: Redis;
    readonly keys: Pick<RedisKeys, 'batchNudge'>;
    readonly idleMs: number;
    /** A step that takes longer may be done by another worker too: wasted, not wrong. */
    readonly leaseMs: number;
  },
): Promise<BatchFeeder> {
  const { work, subscriber, keys, logger, idleMs, leaseMs } = deps;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | null = null;
  /** Until when batches of the last look have something to do soon. */
  let busyUntil = 0;

  async function stepAll(): Promise<void> {
    while (!stopped) {
      const batch = await work.claim(leaseMs);
      if (!batch) return;
      try {
        const next = await stepBatch(deps, batch);
        if (next) await work.release(batch, new Date(Date.now() + next.afterMs));
        if (batch.status === 'in_progress' || batch.status === 'cancelling' || batch.deleted_at)
          busyUntil = Date.now() + FAILED_MS;
      } catch (err) {
        logger.warn({ err, batch_id: batch._id }, 'a step of a batch failed; it is done again');
        busyUntil = Date.now() + 2 * FAILED_MS;
        await work.release(batch, new Date(Date.now() + FAILED_MS)).catch(() => undefined);
      }
    }
  }

  function look(): void {
    clearTimeout(timer);
    if (stopped) return;
    // A nudge that comes during a look: what is new is due, and the look goes on until nothing is.
    running ??= stepAll()
      .catch((err) => logger.warn({ err }, 'batches could not be looked at; the next look does it'))
      .finally(() => {
        running = null;
        if (stopped) return;
        timer = setTimeout(look, Date.now() < busyUntil ? BUSY_MS : idleMs * (0.75 + Math.random() / 2));
      });
  }

  subscriber.on('message', (channel) => {
    if (channel === keys.batchNudge) look();
  });
  await subscriber.subscribe(keys.batchNudge);
  look();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
