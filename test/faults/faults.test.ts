import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { apiKill } from './faults/api-kill.ts';
import { cancelRuns } from './faults/cancel.ts';
import { deleteUnderZombie } from './faults/delete-under-zombie.ts';
import { mongoFault } from './faults/mongo-faults.ts';
import { poisonRun } from './faults/poison.ts';
import { redisFault } from './faults/redis-faults.ts';
import { workerKill } from './faults/worker-kill.ts';
import { workerZombie } from './faults/worker-zombie.ts';
import { formatRow, passed, type Row } from './oracle/row.ts';
import { type Rig, startRig } from './rig/start-rig.ts';
import { SHORT_TIMINGS } from './rig/timings.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ apis: 2, workers: 2, timings: SHORT_TIMINGS });
});
afterAll(() => rig.close());

const survives = (row: Row): void => expect(passed(row), `${formatRow(row)}\n${row.found.wrong.join('\n')}`).toBe(true);
const load = { seats: 4, everyMs: 500, giveUpMs: 30_000 };

/** The short set, on one server that goes through it all: each of these once or twice. `npm run test:faults` does all of them often. */
describe('nothing is lost and nothing doubled', () => {
  it('when workers are killed', async () => survives(await workerKill(rig, { ...load, seats: 6, kills: 2 })));
  it('when a worker is frozen and wakes up after its runs were taken', async () =>
    survives(await workerZombie(rig, { ...load, seats: 6, n: 1, frozenMs: 3500 })));
  it('when Redis loses everything', async () =>
    survives(await redisFault(rig, 'redis FLUSHALL', { ...load, n: 1, outageMs: 0 })));
  it('when MongoDB swallows everything', async () =>
    survives(await mongoFault(rig, 'mongo black-holed', { ...load, n: 1, outageMs: 1000 })));
  it('when an API process is killed and its clients rejoin elsewhere', async () =>
    survives(await apiKill(rig, { ...load, seats: 6, n: 1 })));
  it('when a run kills its workers', async () => survives(await poisonRun(rig, { neighbours: 4, timeoutMs: 40_000 })));
  it('when a thread is deleted under a run, also of a frozen worker', async () =>
    survives(await deleteUnderZombie(rig, { n: 2 })));
  it('and a waited cancel is true, also without pub/sub', async () => {
    const row = await cancelRuns(rig, { n: 3, cut: true });
    survives(row);
    expect(Math.max(...row.resume)).toBeLessThan(6000);
  });
});

describe('a worker that is told to stop twice', () => {
  it('ends at once', async () => {
    await Promise.all(rig.workers.map((worker) => worker.kill()));
    const worker = await rig.startWorker({ DRAIN_MS: '60000' });
    const { assistant_id } = await rig.client.createAssistant();
    const run = await rig.client.createRun({ assistant_id, input: 'x [[fake: {"fault":{"kind":"hang"}}]]' });
    await rig.client.waitForRun(run.run_id, 'in_progress');
    worker.send('SIGTERM');
    await vi.waitFor(() => expect(worker.lines.some((line) => line.msg === 'worker is stopping')).toBe(true), 5000);
    worker.send('SIGTERM');
    await worker.gone(2000);
    expect(worker.exitCode).toBe(130);
  });
});
