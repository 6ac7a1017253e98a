import { apiKill } from './faults/api-kill.ts';
import { cancelRuns } from './faults/cancel.ts';
import { deleteUnderZombie } from './faults/delete-under-zombie.ts';
import { MONGO_FAULTS, mongoFault } from './faults/mongo-faults.ts';
import { oneThread } from './faults/one-thread.ts';
import { poisonRun } from './faults/poison.ts';
import { reachedBut500 } from './faults/reached-but-500.ts';
import { REDIS_FAULTS, redisFault } from './faults/redis-faults.ts';
import { rollingRestart } from './faults/rolling-restart.ts';
import { workerKill } from './faults/worker-kill.ts';
import { workerZombie } from './faults/worker-zombie.ts';
import type { Row } from './oracle/row.ts';
import type { Rig, RigOptions } from './rig/start-rig.ts';
import { DEFAULT_TIMINGS, SHORT_TIMINGS } from './rig/timings.ts';

export interface Fault {
  readonly name: string;
  readonly rig: RigOptions;
  readonly run: (rig: Rig) => Promise<Row>;
}

/** Long answers: 200 clients that start a run every second are another test. */
const MANY_STREAMS = { seats: 200, pace: { words: 40, delayMs: 500 } } as const;

/** Every fault in the order it is run. @param slow the server's own time limits instead of short ones */
export function faultList({ kills, slow }: { readonly kills: number; readonly slow: boolean }): Fault[] {
  const timings = slow ? DEFAULT_TIMINGS : SHORT_TIMINGS;
  const giveUpMs = slow ? 180_000 : 25_000;
  const outageMs = slow ? 30_000 : 4000;
  const small = { apis: 1, workers: 2, timings };
  const often = { n: 3, everyMs: 2000, giveUpMs };
  return [
    {
      name: 'worker kill -9',
      rig: { apis: 1, workers: 3, timings },
      run: (rig) => workerKill(rig, { kills, seats: 8, everyMs: slow ? 2500 : 1500, giveUpMs }),
    },
    {
      name: 'worker frozen',
      rig: small,
      run: (rig) => workerZombie(rig, { ...often, seats: 8, frozenMs: slow ? 40_000 : 5000 }),
    },
    { name: 'cancel', rig: small, run: (rig) => cancelRuns(rig, { n: 30, cut: false }) },
    { name: 'cancel while pub/sub is cut', rig: small, run: (rig) => cancelRuns(rig, { n: 12, cut: true }) },
    {
      name: 'one thread',
      rig: small,
      run: (rig) => oneThread(rig, { runs: 500, timeoutMs: 4 * giveUpMs }),
    },
    { name: 'poison run', rig: small, run: (rig) => poisonRun(rig, { neighbours: 10, timeoutMs: 4 * giveUpMs }) },
    { name: 'thread deleted mid-run', rig: small, run: (rig) => deleteUnderZombie(rig, { n: 6 }) },
    ...REDIS_FAULTS.map((name) => ({
      name,
      rig: small,
      run: (rig: Rig) => redisFault(rig, name, { ...often, outageMs, n: outageMs > 10_000 ? 2 : 3 }),
    })),
    ...MONGO_FAULTS.filter((name) => name !== 'store kill -9 and restart' || !process.env.MONGODB_URL).map((name) => ({
      name,
      rig: small,
      run: (rig: Rig) => mongoFault(rig, name, { ...often, outageMs, n: 2 }),
    })),
    {
      name: 'api kill -9',
      rig: { ...small, apis: 2 },
      run: (rig) => apiKill(rig, { ...often, n: 5, ...(slow ? MANY_STREAMS : { seats: 20 }) }),
    },
    {
      name: 'let through, answered 500',
      rig: { ...small, apis: 2 },
      run: (rig) => reachedBut500(rig, { n: 25, seats: 8, giveUpMs: 4 * giveUpMs }),
    },
    {
      name: 'worker SIGTERM',
      rig: small,
      run: (rig) => rollingRestart(rig, 'worker', { ...often, seats: 8, graceMs: Number(timings.DRAIN_MS) + 5000 }),
    },
    {
      name: 'api SIGTERM',
      rig: { ...small, apis: 2 },
      run: (rig) => rollingRestart(rig, 'api', { ...often, seats: 8, graceMs: 10_000 }),
    },
  ];
}
