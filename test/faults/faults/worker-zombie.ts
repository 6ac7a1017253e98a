import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../support/wait-for.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig, RigWorker } from '../rig/start-rig.ts';
import { underLoad } from './under-load.ts';

/** What a worker says that woke up after its runs were taken. */
const SIGNS = ['could not say that this worker lives; its runs are stopped', 'a newer attempt writes the run events'];

const NOTICE_MS = 2000;

/** SIGSTOP a worker with runs until others have taken them, then SIGCONT: it must commit nothing twice, publish nothing and stop its model calls. */
export async function workerZombie(
  rig: Rig,
  options: {
    readonly n: number;
    readonly seats: number;
    readonly everyMs: number;
    readonly giveUpMs: number;
    /** At least this long, and until its runs have been taken. */
    readonly frozenMs: number;
  },
): Promise<Row> {
  let taken = 0;
  let woke = 0;
  return underLoad(rig, {
    ...options,
    fault: options.frozenMs > 0 ? `worker frozen for ${options.frozenMs / 1000} s` : 'worker frozen',
    note: () => `${taken} runs were taken over, ${woke} workers noticed`,
    async inject() {
      const { worker, runs, said } = await freezeBusiest(rig);
      try {
        await sleep(options.frozenMs);
        const held = { _id: { $in: runs }, worker_id: worker.workerId, status: 'in_progress' as const };
        await waitFor(async () => (await rig.models.runs.countDocuments(held)) === 0, {
          what: 'the runs of the frozen worker are taken',
          timeoutMs: options.giveUpMs,
        });
      } finally {
        worker.send('SIGCONT');
      }
      // Fewer than it had: some may have ended in the moment before it froze.
      const moved = await rig.models.runs.countDocuments({ _id: { $in: runs }, attempt: { $gt: 1 } });
      taken += moved;
      if (moved === 0) return { delivered: false };
      const noticed = await waitFor(() => worker.lines.slice(said).some((line) => SIGNS.includes(String(line.msg))), {
        what: 'the worker notices',
        timeoutMs: NOTICE_MS,
      }).catch(() => false);
      if (noticed) woke += 1;
      return { delivered: true, wrong: noticed ? [] : ['a worker that lost its runs did not notice'] };
    },
  });
}

/** Freezes the worker with the most runs; one whose last run ended in the moment before it froze is let go, and the next one tried. */
async function freezeBusiest(rig: Rig): Promise<{ worker: RigWorker; runs: string[]; said: number }> {
  const tryOnce = async () => {
    const alive = rig.workers.filter((worker) => !worker.ended);
    const counts = await Promise.all(
      alive.map(async (worker) => ({ worker, count: (await runsOf(rig, worker.workerId)).length })),
    );
    const worker = counts.toSorted((a, b) => b.count - a.count)[0]?.worker;
    if (!worker) return null;
    const said = worker.lines.length;
    worker.send('SIGSTOP');
    const runs = await runsOf(rig, worker.workerId);
    if (runs.length > 0) return { worker, runs, said };
    worker.send('SIGCONT');
    return null;
  };
  return waitFor(tryOnce, { what: 'a worker is frozen with a run', timeoutMs: 20_000 });
}

async function runsOf(rig: Rig, workerId: string): Promise<string[]> {
  const runs = await rig.models.runs
    .find({ worker_id: workerId, status: 'in_progress' }, { _id: 1 })
    .lean<{ _id: string }[]>();
  return runs.map((run) => run._id);
}
