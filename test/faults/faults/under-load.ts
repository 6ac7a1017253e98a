import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { PlayedRun } from '../load/play-run.ts';
import { type Load, startLoad } from '../load/start-load.ts';
import { judgeLoad } from '../oracle/judge-load.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

/** What came of injecting a fault once. */
export interface Injected {
  /** It met something: runs under way, connections, keys. */
  readonly delivered: boolean;
  /** Something that must not be; ends up in the row's findings. */
  readonly wrong?: readonly string[];
}

export interface UnderLoad {
  readonly fault: string;
  readonly n: number;
  readonly seats: number;
  /** Average pause before each injection. */
  readonly everyMs: number;
  readonly giveUpMs: number;
  readonly silenceMs?: number;
  /** Words of each run's answer and the pause before each. */
  readonly pace?: { readonly words: number; readonly delayMs: number };
  /** Makes the fault and, where it lasts, ends it. */
  readonly inject: (round: number, load: Load) => Promise<Injected>;
  /** Runs whose end other than `completed` is right. */
  readonly mayEnd?: (run: RunDocument) => boolean;
  readonly note?: () => string;
}

/**
 * Injects a fault `n` times into a server that is busy, lets everything end, and asks the oracle. Before the next injection each run that was under way has shown a sign of life, so
 * that one run's wait is never that for two outages.
 */
export async function underLoad(rig: Rig, options: UnderLoad): Promise<Row> {
  const { fault, n, seats, everyMs, giveUpMs, silenceMs, inject, mayEnd, pace } = options;
  const load = await startLoad(rig, {
    seats,
    ...(pace ?? { words: 12, delayMs: 40 }),
    giveUpMs,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  const injected: Injected[] = [];
  const overAt: number[] = [];
  try {
    for (let round = 0; round < n; round += 1) {
      await sleep(everyMs * (0.5 + Math.random()));
      injected.push(await inject(round, load));
      const at = Date.now();
      overAt.push(at);
      const hit = [...load.underWay].filter(({ frames }) => frames.length > 0);
      const heard = () => hit.every((run) => !load.underWay.has(run) || (run.frames.at(-1)?.at ?? 0) > at);
      // A run that is not heard of any more is a finding of its own, at its end.
      await waitFor(heard, { what: 'runs go on', timeoutMs: giveUpMs }).catch(() => undefined);
    }
    await sleep(everyMs);
    await load.stop();
  } finally {
    await load.abandon();
  }
  const { played } = load;
  const found = await judgeLoad(rig, played, mayEnd ? { mayEnd } : {});
  found.wrong.push(...injected.flatMap((one) => one.wrong ?? []));
  return {
    fault,
    n,
    delivered: injected.filter((one) => one.delivered).length,
    runs: played.length,
    found,
    resume: overAt.flatMap((at) => nextSigns(at, played)),
    ...(options.note ? { note: options.note() } : {}),
  };
}

/** For each run that a client was following then: milliseconds until it heard the next of it. */
function nextSigns(at: number, played: readonly PlayedRun[]): number[] {
  return played.flatMap(({ frames }) => {
    const next = frames.findIndex((frame) => frame.at > at);
    return next > 0 ? [(frames[next]?.at ?? at) - at] : [];
  });
}
