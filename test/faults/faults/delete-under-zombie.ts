import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import { waitFor } from '../../support/wait-for.ts';
import { nothingFound } from '../oracle/findings.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig } from '../rig/start-rig.ts';

/** Threads are deleted while a run is in the middle of its text: with a healthy worker, and with one that is frozen and wakes up afterwards. Nothing of them may be left or come back. */
export async function deleteUnderZombie(rig: Rig, options: { readonly n: number }): Promise<Row> {
  const found = nothingFound();
  const took: number[] = [];
  let delivered = 0;
  const redis = new Redis(rig.redis.url);
  try {
    for (let n = 0; n < options.n; n += 1) {
      const thread = await rig.client.createThread();
      const input = `${randomUUID()} [[fake: {"tokens":40,"delay_ms":50}]]`;
      const { run_id } = await rig.client.createRun({ thread_id: thread.thread_id, input });
      const key = `${rig.redisPrefix}:run:{${run_id}}:events`;
      await waitFor(async () => (await redis.xlen(key)) > 3, { what: 'the run talks', timeoutMs: 20_000 });
      const run = await rig.models.runs.findById(run_id).lean<RunDocument>();
      const holder = rig.workers.find((worker) => worker.workerId === run?.worker_id);
      const frozen = n % 2 === 0;
      if (!holder || run?.status !== 'in_progress') continue;
      delivered += 1;
      if (frozen) holder.send('SIGSTOP');
      const startedAt = performance.now();
      const { status } = await rig.client.send('DELETE', `/threads/${thread.thread_id}`);
      took.push(performance.now() - startedAt);
      if (status !== 204) found.wrong.push(`DELETE answered ${status}`);
      if (frozen) holder.send('SIGCONT');
      // Until it has said that it has nothing more to do: whoever still writes has written by then.
      const since = new Date();
      const idle = { _id: holder.workerId, running: 0, seen_at: { $gt: since } };
      await waitFor(() => rig.models.workers.exists(idle), { what: 'the worker is idle', timeoutMs: 20_000 });
      for (const [what, count] of Object.entries(await countParts(rig, thread.thread_id)))
        if (count > 0) found.wrong.push(`${count} ${what} left${frozen ? ' after the worker woke up' : ''}`);
      if ((await redis.exists(key)) === 1) found.wrong.push('the event log is there');
    }
  } finally {
    redis.disconnect();
  }
  return {
    fault: 'thread deleted mid-run, every second worker frozen',
    n: options.n,
    delivered,
    runs: options.n,
    found,
    resume: took,
  };
}

async function countParts(rig: Rig, threadId: string): Promise<Record<string, number>> {
  const { threads, runs, checkpoints, toolCalls } = rig.models;
  return {
    threads: await threads.countDocuments({ _id: threadId }),
    runs: await runs.countDocuments({ thread_id: threadId }),
    checkpoints: await checkpoints.countDocuments({ thread_id: threadId }),
    'tool calls': await toolCalls.countDocuments({ thread_id: threadId }),
  };
}
