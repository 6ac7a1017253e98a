import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../support/wait-for.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
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
      const counts = await Promise.all(
        rig.workers.map(async (worker) => ({ worker, runs: await runsOf(rig, worker.workerId) })),
      );
      const [most] = counts.toSorted((a, b) => b.runs.length - a.runs.length);
      if (!most || most.runs.length === 0) return { delivered: false };
      const { worker, runs } = most;
      const said = worker.lines.length;
      worker.send('SIGSTOP');
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

async function runsOf(rig: Rig, workerId: string): Promise<string[]> {
  const runs = await rig.models.runs
    .find({ worker_id: workerId, status: 'in_progress' }, { _id: 1 })
    .lean<{ _id: string }[]>();
  return runs.map((run) => run._id);
}
