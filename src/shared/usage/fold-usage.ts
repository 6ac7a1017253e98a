/**
 * Folds ended runs into daily documents, ten minutes of a day at a time. What may run twice, or in several workers at once: all of it. A slot is written as a whole and not added to, and is
 * computed from what can change no more, so whoever writes it writes the same; the clock is moved by compare-and-set after everything before it is stored. A crash in between is a slot that is
 * written again. Readers count from the clock on themselves, so they never see a slot twice.
 */

import type { SlotUsage } from '../mongo/ended-usage.ts';
import type { UsageRepository } from '../mongo/usage-repository.ts';
import { dayOf, endOfDay, SLOT_MS, startOfSlot } from './usage-slots.ts';

/** How long after its end a slot is final: time for ends that are being written, and for clocks that differ. */
export const GRACE_MS = 300_000;
/** Longest time one call works; the next one goes on. */
const BUDGET_MS = 2000;

/** Folds what is final by now. Costs nothing when nothing can be. */
export type FoldUsage = (now?: number) => Promise<void>;

export function createFoldUsage(deps: {
  readonly usage: UsageRepository;
  readonly readEnded: (from: Date, to: Date) => Promise<SlotUsage[]>;
}): FoldUsage {
  const { usage, readEnded } = deps;
  /** Before this nothing is due. */
  let dueAt = 0;

  async function begin(final: Date): Promise<Date | null> {
    const first = await usage.firstEnd();
    const from = first === null || first > final ? final : startOfSlot(first.getTime());
    return (await usage.moveClock(null, from)) ? from : usage.foldedUntil();
  }

  return async (now = Date.now()) => {
    if (now < dueAt) return;
    const giveUpAt = performance.now() + BUDGET_MS;
    const final = startOfSlot(now - GRACE_MS);
    let until = (await usage.foldedUntil()) ?? (await begin(final));
    while (until !== null && until < final) {
      if (performance.now() > giveUpAt) return;
      const midnight = endOfDay(until).getTime();
      const to = new Date(Math.min(midnight, final.getTime()));
      await usage.store(await readEnded(until, to));
      if (to.getTime() === midnight) await usage.closeDay(dayOf(until));
      until = (await usage.moveClock(until, to)) ? to : await usage.foldedUntil();
    }
    dueAt = final.getTime() + SLOT_MS + GRACE_MS;
  };
}
