import { type Cell, threadsFor } from './cells.ts';
import type { ClosedResult, PacedResult } from './load/work.ts';
import { doWork } from './processes/load-process.ts';
import type { Rig, Target } from './processes/start-rig.ts';

/** What came of one cell for one target in one repetition. */
export interface Measurement {
  readonly cell: string;
  readonly target: Target;
  readonly repetition: number;
  readonly result: ClosedResult | PacedResult;
}

/** A process that has just started is compiling its code for its first thousand runs; a server has done so long ago. */
const WARM_UP = { kind: 'closed', clients: 32, tokens: 20, warmUpMs: 0 } as const;
const WARM_UP_MS = { model: 500, floor: 2000, skein: 5000 } as const;

/**
 * All cells once, on a fresh rig. The targets of a cell follow each other directly: what the machine does otherwise then hits them alike, and ratios stay true.
 * @param mayBegin false: the time is up, no further measurement begins
 */
export async function* runRepetition(
  rig: Rig,
  cells: readonly Cell[],
  repetition: number,
  mayBegin: () => boolean,
): AsyncGenerator<Measurement> {
  const { load, goals, pids, modelUrl, skeinUrl } = rig;
  await doWork(load, { kind: 'prepare', url: skeinUrl, threads: threadsFor(cells) });
  for (const target of ['model', 'floor', 'skein'] as const)
    await doWork(load, { ...WARM_UP, windowMs: WARM_UP_MS[target], goal: goals[target], pids: pids[target] });
  for (const { name, work, targets } of cells) {
    for (const target of targets) {
      if (!mayBegin()) return;
      const place = { goal: goals[target], pids: pids[target] };
      const result =
        work.kind === 'closed'
          ? await doWork(load, { ...work, ...place })
          : await doWork(load, { ...work, ...place, modelUrl });
      yield { cell: name, target, repetition, result };
    }
  }
}
