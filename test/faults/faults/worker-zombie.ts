import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';
import { underLoad } from './under-load.ts';

/** What a worker says that woke up after its runs were taken. */
const SIGNS = ['could not say that this worker lives; its runs are stopped', 'a newer attempt writes the run events'];

/** SIGSTOP a worker with runs until others have taken them, then SIGCONT: it must commit nothing twice, publish nothing and stop its model calls. */
export async function workerZombie(
  rig: Rig,
  options: {
    readonly n: number;
    readonly seats: number;
    readonly everyMs: number;
    readonly giveUpMs: number;
    readonly frozenMs: number;
  },
): Promise<Row> {
  let taken = 0;
  let woke = 0;
  return underLoad(rig, {
    ...options,
    fault: `worker frozen for ${options.frozenMs / 1000} s`,
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
      await sleep(options.frozenMs);
      worker.send('SIGCONT');
      const moved = await rig.models.runs.countDocuments({ _id: { $in: runs }, attempt: { $gt: 1 } });
      taken += moved;
      await sleep(1000);
      const noticed = worker.lines.slice(said).some((line) => SIGNS.includes(String(line.msg)));
      if (noticed) woke += 1;
      return {
        delivered: moved > 0,
        wrong: moved > 0 && !noticed ? ['a worker that lost its runs did not notice'] : [],
      };
    },
  });
}

async function runsOf(rig: Rig, workerId: string): Promise<string[]> {
  const runs = await rig.models.runs
    .find({ worker_id: workerId, status: 'in_progress' }, { _id: 1 })
    .lean<{ _id: string }[]>();
  return runs.map((run) => run._id);
}
