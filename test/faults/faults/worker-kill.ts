import { setTimeout as sleep } from 'node:timers/promises';
import type { RunDocument } from '../../../src/shared/mongo/documents.ts';
import type { PlayedRun } from '../load/play-run.ts';
import { startLoad } from '../load/start-load.ts';
import { judgeLoad } from '../oracle/judge-load.ts';
import type { Row } from '../oracle/row.ts';
import type { Rig, RigWorker } from '../rig/start-rig.ts';

/** A kill, and the runs the worker had then. */
interface Kill {
  readonly at: number;
  readonly runIds: readonly string[];
}

/** SIGKILL to one worker after the other at a random moment, each replaced by a new one, under load. */
export async function workerKill(
  rig: Rig,
  options: { readonly kills: number; readonly seats: number; readonly everyMs: number; readonly giveUpMs: number },
): Promise<Row> {
  const load = await startLoad(rig, { seats: options.seats, words: 12, delayMs: 40, giveUpMs: options.giveUpMs });
  const kills: Kill[] = [];
  try {
    for (let n = 0; n < options.kills; n += 1) {
      await sleep(options.everyMs * (0.5 + Math.random()));
      const alive = rig.workers.filter((worker) => !worker.ended);
      const victim = alive[Math.floor(Math.random() * alive.length)];
      if (!victim) throw new Error('no worker is alive');
      kills.push(await killWorker(rig, victim));
      await rig.startWorker();
    }
    await load.stop();
  } finally {
    await load.abandon();
  }
  const { played } = load;
  const resumed = kills.flatMap((kill) => resumeTimes(kill, kills, played));
  const hits = kills.reduce((sum, kill) => sum + kill.runIds.length, 0);
  // Three lost workers in a row are the end of a run by design; with random kills it happens to a few.
  let gaveUp = 0;
  const found = await judgeLoad(rig, played, {
    mayEnd: (run) => {
      const lost = run.last_error?.code === 'worker_lost' && run.lost >= 2;
      if (lost) gaveUp += 1;
      return lost;
    },
  });
  return {
    fault: 'worker kill -9',
    n: options.kills,
    delivered: kills.filter((kill) => kill.runIds.length > 0).length,
    runs: played.length,
    found,
    resume: resumed.map(({ ms }) => ms),
    note: `${hits} runs were hit, ${gaveUp} of them three times; the slowest: ${await howUnlucky(rig, resumed)}`,
  };
}

/** Says of the slowest run whether one kill was all that it met: another worker may have died with it, or just after hearing its bell. */
async function howUnlucky(rig: Rig, resumed: readonly Resumed[]): Promise<string> {
  const [slowest] = resumed.toSorted((a, b) => b.ms - a.ms);
  const run = await rig.models.runs.findById(slowest?.runId).lean<RunDocument>();
  return run ? `${run.lost} workers lost, ${run.dispatch - run.attempt} bells unanswered` : 'none';
}

async function killWorker(rig: Rig, victim: RigWorker): Promise<Kill> {
  const at = Date.now();
  await victim.kill();
  const had = await rig.models.runs
    .find({ worker_id: victim.workerId, status: { $in: ['in_progress', 'cancelling'] } }, { _id: 1 })
    .lean<{ _id: string }[]>();
  return { at, runIds: had.map((run) => run._id) };
}

interface Resumed {
  readonly runId: string;
  readonly ms: number;
}

/** Milliseconds until the clients of these runs heard of the next attempt. A run that lost its next worker too before that is counted from its last kill. */
function resumeTimes({ at, runIds }: Kill, kills: readonly Kill[], played: readonly PlayedRun[]): Resumed[] {
  const byId = new Map(played.map((run) => [run.runId, run]));
  return runIds.flatMap((runId) => {
    const next = byId.get(runId)?.frames.find((frame) => frame.event === 'metadata' && frame.at > at);
    const hitAgain = kills.some((kill) => kill.at > at && kill.at < (next?.at ?? 0) && kill.runIds.includes(runId));
    return next && !hitAgain ? [{ runId, ms: next.at - at }] : [];
  });
}
