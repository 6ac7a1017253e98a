import { afterAll, describe, expect, it, vi } from 'vitest';
import { apiKill } from './faults/api-kill.ts';
import { cancelRuns } from './faults/cancel.ts';
import { deleteUnderZombie } from './faults/delete-under-zombie.ts';
import { mongoFault } from './faults/mongo-faults.ts';
import { poisonRun } from './faults/poison.ts';
import { reachedBut500 } from './faults/reached-but-500.ts';
import { redisFault } from './faults/redis-faults.ts';
import { workerKill } from './faults/worker-kill.ts';
import { workerZombie } from './faults/worker-zombie.ts';
import { formatRow, passed, type Row } from './oracle/row.ts';
import { troublesOf } from './oracle/troubles.ts';
import { type Rig, startRig } from './rig/start-rig.ts';
import { SHORT_TIMINGS } from './rig/timings.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
let rig: Rig | null = null;
afterAll(() => rig?.close());

/** One server goes through it all; after a failure the next fault gets a new one. The processes' own complaints are part of the failure. */
async function withServer<T>(work: (rig: Rig) => Promise<T>): Promise<T> {
  rig ??= await startRig({ apis: 2, workers: 2, timings: SHORT_TIMINGS });
  try {
    return await work(rig);
  } catch (cause) {
    const failed = rig;
    rig = null;
    const message = cause instanceof Error ? cause.message : String(cause);
    const troubles = troublesOf(failed);
    await failed.close();
    throw new Error([message, ...troubles].join('\n'), { cause });
  }
}

const survives = (fault: (rig: Rig) => Promise<Row>): Promise<Row> =>
  withServer(async (server) => {
    const row = await fault(server);
    expect(passed(row), [formatRow(row), ...row.found.wrong.slice(0, 20)].join('\n')).toBe(true);
    return row;
  });
const load = { seats: 4, everyMs: 500, giveUpMs: 30_000 };

/** The short set: each of these once or twice. `npm run test:faults` does all of them often. */
describe('nothing is lost and nothing doubled', () => {
  it('when workers are killed', () => survives((server) => workerKill(server, { ...load, seats: 6, kills: 2 })));
  it('when a worker is frozen and wakes up after its runs were taken', () =>
    survives((server) => workerZombie(server, { ...load, seats: 6, n: 1, frozenMs: 0 })));
  it('when Redis loses everything', () =>
    survives((server) => redisFault(server, 'redis FLUSHALL', { ...load, n: 1, outageMs: 0 })));
  it('when MongoDB swallows everything', () =>
    survives((server) => mongoFault(server, 'mongo black-holed', { ...load, n: 1, outageMs: 1000 })));
  it('when an API process is killed and its clients rejoin elsewhere', () =>
    survives((server) => apiKill(server, { ...load, seats: 6, n: 1 })));
  it('when a request was carried out and its client is told that it failed', () =>
    survives((server) => reachedBut500(server, { n: 2, seats: 4, giveUpMs: 30_000 })));
  it('when a run kills its workers', () =>
    survives((server) => poisonRun(server, { neighbours: 4, timeoutMs: 40_000 })));
  it('when a thread is deleted under a run, also of a frozen worker', () =>
    survives((server) => deleteUnderZombie(server, { n: 2 })));
  it('and a waited cancel is true, also without pub/sub', async () => {
    const row = await survives((server) => cancelRuns(server, { n: 3, cut: true }));
    expect(Math.max(...row.resume)).toBeLessThan(6000);
  });
});

describe('a worker that is told to stop twice', () => {
  it('ends at once', () =>
    withServer(async (server) => {
      await Promise.all(server.workers.map((worker) => worker.kill()));
      const worker = await server.startWorker({ DRAIN_MS: '60000' });
      const { assistant_id } = await server.client.createAssistant();
      const run = await server.client.createRun({ assistant_id, input: 'x [[fake: {"fault":{"kind":"hang"}}]]' });
      await server.client.waitForRun(run.run_id, 'in_progress');
      worker.send('SIGTERM');
      await vi.waitFor(() => expect(worker.lines.some((line) => line.msg === 'worker is stopping')).toBe(true), 5000);
      worker.send('SIGTERM');
      await worker.gone(2000);
      expect(worker.exitCode).toBe(130);
    }));
});
