import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../../src/shared/domain/run-status.ts';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import { nothingFound } from '../oracle/findings.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

/**
 * A run whose worker dies whenever it has it, among neighbours that take longer than it needs to kill. It must be given up after three workers, and every neighbour must
 * complete, whatever company it had.
 */
export async function poisonRun(
  rig: Rig,
  options: { readonly neighbours: number; readonly timeoutMs: number },
): Promise<Row> {
  const found = nothingFound();
  const { assistant_id } = await rig.client.createAssistant();
  const create = async (answer: object): Promise<string> => {
    const input = `${randomUUID()} [[fake: ${JSON.stringify(answer)}]]`;
    return (await rig.client.createRun({ assistant_id, input })).run_id;
  };
  const neighbours = await Promise.all(
    Array.from({ length: options.neighbours }, () => create({ tokens: 30, delay_ms: 50 })),
  );
  const poison = await create({ fault: { kind: 'hang' } });
  const get = (id: string) => rig.models.runs.findById(id).lean<RunDocument>();

  let deaths = 0;
  const startedAt = Date.now();
  await waitFor(
    async () => {
      const run = await get(poison);
      const holder = rig.workers.find((worker) => !worker.ended && worker.workerId === run?.worker_id);
      if (run?.status === 'in_progress' && holder) {
        await sleep(200);
        await holder.kill();
        deaths += 1;
        await rig.startWorker();
      }
      return run !== null && isTerminal(run.status);
    },
    { what: 'the poison is given up', timeoutMs: options.timeoutMs },
  ).catch((error: Error) => found.wrong.push(error.message));
  const judgedAfter = Date.now() - startedAt;

  const end = await get(poison);
  if (end?.last_error?.code !== 'worker_lost' || end.attempt !== 3)
    found.wrong.push(`the poison is ${end?.status} ${end?.last_error?.code ?? ''} after ${end?.attempt} attempts`);
  let hit = 0;
  for (const id of neighbours) {
    const run = await waitFor(async () => (await get(id))?.finished_at && get(id), {
      what: 'a neighbour ends',
      timeoutMs: options.timeoutMs,
    }).catch(() => get(id));
    if (run && run.lost > 0) hit += 1;
    if (run?.status !== 'completed') found.wrong.push(`a neighbour is ${run?.status} ${run?.last_error?.code ?? ''}`);
  }
  return {
    fault: 'poison run',
    n: 3,
    delivered: deaths,
    runs: neighbours.length + 1,
    found,
    resume: [judgedAfter],
    note: `${hit} neighbours lost a worker with it; the figure is the time to the verdict`,
  };
}
