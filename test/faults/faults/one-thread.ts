import { randomUUID } from 'node:crypto';
import { isTerminal } from '../../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import { checkOrder } from '../oracle/check-record.ts';
import { nothingFound } from '../oracle/findings.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

const AT_ONCE = 10;
const QUICK = { tokens: 2, delay_ms: 5 };
/** Long enough to be found and hit. */
const VICTIM = { tokens: 40, delay_ms: 100 };

/** When a run's request was sent and answered. */
interface Request {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Many runs posted to one thread, ten at a time; half way the worker that has it is killed. They run one at a time and in order, all of them. */
export async function oneThread(
  rig: Rig,
  options: { readonly runs: number; readonly timeoutMs: number },
): Promise<Row> {
  const found = nothingFound();
  const { thread_id } = await rig.client.createThread();
  const requests = new Map<string, Request>();
  let posted = 0;
  let victimId = '';
  const post = async (): Promise<void> => {
    while (posted < options.runs) {
      const isVictim = posted === Math.floor(options.runs / 2);
      posted += 1;
      const sentAt = performance.now();
      const input = `${randomUUID()} [[fake: ${JSON.stringify(isVictim ? VICTIM : QUICK)}]]`;
      const { run_id } = await rig.client.createRun({ thread_id, input });
      requests.set(run_id, { sentAt, answeredAt: performance.now() });
      if (isVictim) victimId = run_id;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, post));
  const victim = await waitFor(
    () => rig.models.runs.findOne({ _id: victimId, status: 'in_progress' }).lean<RunDocument>(),
    { what: 'a worker has the run that is to be hit', timeoutMs: options.timeoutMs },
  );
  await rig.workers.find((worker) => worker.workerId === victim.worker_id)?.kill();
  await rig.startWorker();
  const all = () => rig.models.runs.find({ thread_id }).lean<RunDocument[]>();
  await waitFor(async () => (await all()).every((run) => isTerminal(run.status)), {
    what: 'all runs of the thread have ended',
    timeoutMs: options.timeoutMs,
  }).catch((error: Error) => found.wrong.push(error.message));
  const took = performance.now() - startedAt;

  const runs = await all();
  checkOrder(runs, found, (one, other) => overlap(requests.get(one._id), requests.get(other._id)));
  found.lost = [...requests.keys()].filter(
    (id) => !runs.some((run) => run._id === id && isTerminal(run.status)),
  ).length;
  found.dup_messages = runs.length - requests.size;
  const failed = runs.filter((run) => run.status !== 'completed');
  found.wrong.push(...failed.map((run) => `run ${run._id} is ${run.status}`));
  const takenOver = runs.filter((run) => run.attempt > 1).length;
  return {
    fault: 'one thread with many runs, its worker killed',
    n: 1,
    delivered: takenOver,
    runs: runs.length,
    found,
    resume: [],
    note: `${takenOver} taken over, ${Math.round(took / 1000)} s in all`,
  };
}

const overlap = (one?: Request, other?: Request): boolean =>
  one !== undefined && other !== undefined && one.sentAt < other.answeredAt && other.sentAt < one.answeredAt;
