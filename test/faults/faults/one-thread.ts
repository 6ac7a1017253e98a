import { randomUUID } from 'node:crypto';
import { isTerminal } from '../../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import { checkOrder } from '../oracle/check-record.ts';
import { nothingFound } from '../oracle/findings.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

const AT_ONCE = 10;

/** Many runs posted to one thread, ten at a time, while the worker that has it is killed: they run one at a time, in the order of their places. */
export async function oneThread(
  rig: Rig,
  options: { readonly runs: number; readonly timeoutMs: number },
): Promise<Row> {
  const found = nothingFound();
  const { thread_id } = await rig.client.createThread();
  const ids: string[] = [];
  const post = async (): Promise<void> => {
    while (ids.length + 1 <= options.runs) {
      const at = ids.push('') - 1;
      const input = `${randomUUID()} [[fake: {"tokens":2,"delay_ms":5}]]`;
      ids[at] = (await rig.client.createRun({ thread_id, input })).run_id;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, post));
  const all = () => rig.models.runs.find({ thread_id }).lean<RunDocument[]>();
  const holderOf = async () => (await all()).find((run) => run.status === 'in_progress')?.worker_id;

  const holder = await waitFor(holderOf, { what: 'a worker has the thread', timeoutMs: 20_000 });
  await rig.workers.find((worker) => worker.workerId === holder)?.kill();
  await rig.startWorker();
  await waitFor(async () => (await all()).every((run) => isTerminal(run.status)), {
    what: 'all runs of the thread have ended',
    timeoutMs: options.timeoutMs,
  }).catch((error: Error) => found.wrong.push(error.message));

  const runs = await all();
  checkOrder(runs, found);
  found.lost = ids.filter((id) => !runs.some((run) => run._id === id && isTerminal(run.status))).length;
  const failed = runs.filter((run) => run.status !== 'completed');
  found.wrong.push(...failed.map((run) => `run ${run._id} is ${run.status}`));
  return {
    fault: 'one thread with many runs, its worker killed',
    n: 1,
    delivered: 1,
    runs: runs.length,
    found,
    resume: [],
    note: `${runs.filter((run) => run.attempt > 1).length} taken over`,
  };
}
