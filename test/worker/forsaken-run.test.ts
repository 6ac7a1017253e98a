import { afterAll, describe, expect, it } from 'vitest';
import { createRunLifecycle } from '../../src/shared/mongo/run-lifecycle.ts';
import { useProcesses } from '../support/processes.ts';
import { asks, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';
import { type ClaimSwallower, startClaimSwallower } from './swallow-claim.ts';

const skein = useSkein({ workers: 0 });
const processes = useProcesses();
const SWEEPING = { SWEEP_MS: '100', HEARTBEAT_MS: '300', WORKER_LOST_MS: '60000' };

let swallower: ClaimSwallower | null = null;
afterAll(() => swallower?.close());

const lostOf = async (runId: string) => (await skein.models.runs.findOne({ _id: runId }).lean())?.lost;

/** No worker is lost here: only the sweeper of the worker itself can find these. */
describe('a worker that has taken a run and does not know it', () => {
  it('because the answer to its claim was lost, hands it back and executes it once', async () => {
    swallower = await startClaimSwallower(skein.services.mongoUrl);
    const text = asks({ chunks: ['fine'] });
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: text });
    await processes.startWorker({ ...skein.env, ...SWEEPING, LOG_LEVEL: 'info', MONGODB_URL: swallower.url });
    const ended = await skein.waitForRun(run.run_id, 'completed');
    expect(swallower.swallowed).toBe(1);
    // Taken twice, and the first time does not count as a lost worker.
    expect(ended).toMatchObject({ attempt: 2, dispatch: 2 });
    expect(await lostOf(run.run_id)).toBe(0);
    expect(skein.model.requests.filter((request) => request.user_text === text)).toHaveLength(1);
    expect((await skein.messages(thread_id)).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('and was asked to cancel it, ends it as cancelled without executing it', async () => {
    const worker = await skein.startWorker({ ...SWEEPING, INTERACTIVE_SLOTS: '0' });
    const text = asks({ chunks: ['never'] });
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: text });
    const claim = await createRunLifecycle(skein.models).claim(run.run_id, run.dispatch, worker.workerId);
    expect(claim.kind).toBe('claimed');
    expect(await skein.cancel(run.run_id, '?wait=true')).toMatchObject({ status: 'cancelled', attempt: 1 });
    expect(skein.model.requests.some((request) => request.user_text === text)).toBe(false);
    await worker.stop();
  });

  it('is left alone while it executes what it took', async () => {
    const worker = await skein.startWorker(SWEEPING);
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: asks({ tokens: 20, delay_ms: 50 }) });
    await skein.waitForRun(run.run_id, 'in_progress');
    skein.commands.length = 0;
    await waitFor(() => skein.commands.filter((name) => name === 'aggregate').length >= 6, { what: 'three sweeps' });
    expect(await skein.waitForRun(run.run_id, 'completed')).toMatchObject({ attempt: 1, dispatch: 1 });
    await worker.stop();
  });
});
