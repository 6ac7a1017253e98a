import { afterEach, describe, expect, it } from 'vitest';
import type { RunDetail } from '../../src/shared/domain/run-wait.ts';
import type { QueueReport } from '../../src/shared/ops/queue-report.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from '../api/auth/auth-support.ts';
import { asks, type TestWorker } from '../support/skein.ts';
import { openStream } from '../support/skein-stream.ts';
import { waitFor } from '../support/wait-for.ts';

const WINDOW = 2;
const skein = useAuthSkein({ workers: 0, env: { ADMISSION_WINDOW: String(WINDOW), STREAM_HEARTBEAT_MS: '50' } });
const ENDLESS = () => asks({ tokens: 2000, delay_ms: 10 });

const workers: TestWorker[] = [];
/** The API looks at most every five seconds how many slots there are, so it is told to look again. */
async function startWorker(env: Record<string, string> = {}) {
  workers.push(await skein.startWorker(env));
  const { project_id } = await skein.createProject();
  await skein.admin('POST', `/ops/projects/${project_id}/resume`);
}
afterEach(async () => {
  for (const lane of ['interactive', 'batch']) await skein.admin('POST', `/ops/lanes/${lane}/resume`);
  for (const worker of workers.splice(0)) await worker.stop();
  await skein.models.runs.deleteMany({});
});

async function project() {
  const { project_id: projectId } = await skein.createProject();
  const headers = withKey((await skein.createKey(projectId)).key);
  const { body } = await skein.send<{ assistant_id: string }>('POST', '/assistants', { name: 'Test' }, headers);
  const post = async (input = asks({ chunks: ['fine'] }), thread: object = { assistant_id: body.assistant_id }) =>
    (await skein.send<RunDetail>('POST', '/runs', { ...thread, input }, headers)).body;
  const get = async (runId: string) => (await skein.send<RunDetail>('GET', `/runs/${runId}`, undefined, headers)).body;
  const why = async (runId: string) => (await get(runId)).waiting;
  return { projectId, headers, post, get, why };
}

describe('GET /runs/{run_id} says why a run has not started', () => {
  it('no worker, the place on the queue, and null once it has started', async () => {
    const { post, get, why } = await project();
    const runs = [await post(ENDLESS()), await post()];
    const [first, second] = runs.map((run) => run.run_id) as [string, string];
    expect(await why(first)).toMatchObject({ reason: 'no_worker', position: null });
    await startWorker({ INTERACTIVE_SLOTS: '1' });
    await waitFor(async () => (await get(first)).status === 'in_progress', { what: 'the first has started' });
    expect((await get(first)).waiting).toBeNull();
    expect(await why(second)).toMatchObject({ reason: 'next', position: 0 });
    const third = await post();
    expect(await why(third.run_id)).toMatchObject({ reason: 'workers_busy', position: 1 });
  });

  it('the thread, and which run holds it', async () => {
    const { post, why } = await project();
    const first = await post(ENDLESS());
    const second = await post(undefined, { thread_id: first.thread_id });
    expect(await why(second.run_id)).toMatchObject({ reason: 'thread_busy', position: 1, blocked_by: first.run_id });
  });

  it('the share of its project, which the queue report names too, and its stream tells its place', async () => {
    await startWorker({ INTERACTIVE_SLOTS: '1' });
    const { projectId, headers, post, get, why } = await project();
    const running = await post(ENDLESS());
    await waitFor(async () => (await get(running.run_id)).status === 'in_progress', { what: 'the slot is taken' });
    for (let n = 0; n < WINDOW; n += 1) await post();
    const waiting = [await post(), await post(), await post()];
    const last = waiting.at(-1)?.run_id ?? '';
    expect(await why(last)).toMatchObject({ reason: 'project_window', position: 2, blocked_by: null });
    const stream = await openStream(`${skein.url}/runs/${last}/stream`, { headers });
    await stream.until('its place', () => stream.all('queued').length > 0);
    expect(stream.all('queued')[0]).toEqual({ position: 2 });
    const { projects } = await skein.admin<QueueReport>('GET', '/ops/queues');
    expect(projects).toEqual([{ project_id: projectId, name: 'Test', lane: 'interactive', waiting: 3, paused: false }]);
    await skein.send('POST', `/runs/${running.run_id}/cancel`, undefined, headers);
    await stream.finished();
    for (const run of waiting)
      await waitFor(async () => (await get(run.run_id)).status === 'completed', { what: 'it is done' });
  });

  it('a pause of its lane', async () => {
    await startWorker();
    const { post, why } = await project();
    await skein.admin('POST', '/ops/lanes/interactive/pause');
    expect(await why((await post()).run_id)).toMatchObject({ reason: 'lane_paused' });
  });

  it('a pause of its project; resuming it starts what waits, and other projects never noticed', async () => {
    await startWorker();
    const [paused, other] = [await project(), await project()];
    const done = async (p: typeof paused, runId: string) =>
      waitFor(async () => (await p.get(runId)).status === 'completed', { what: 'it is done' });
    const state = await skein.admin<{ paused_at: string }>('POST', `/ops/projects/${paused.projectId}/pause`);
    expect(Date.parse(state.paused_at)).toBeGreaterThan(Date.now() - 60_000);
    expect(await skein.admin('POST', `/ops/projects/${paused.projectId}/pause`)).toMatchObject(state);
    const run = await paused.post();
    expect(run).toMatchObject({ status: 'queued', dispatch: 0 });
    expect(await paused.why(run.run_id)).toMatchObject({ reason: 'project_paused', position: null });
    await done(other, (await other.post()).run_id);
    // More than its window: the others are admitted by the worker, which has to know of the end of the pause too.
    const more = [];
    for (let n = 0; n < 2 * WINDOW; n += 1) more.push(await paused.post());
    expect(await paused.get(run.run_id)).toMatchObject({ status: 'queued', dispatch: 0 });
    expect(await skein.admin('POST', `/ops/projects/${paused.projectId}/resume`)).toMatchObject({ paused_at: null });
    for (const { run_id } of [run, ...more]) await done(paused, run_id);
  });

  it('and a key for operations pauses its own project only', async () => {
    const [own, foreign] = [await skein.createProject(), await skein.createProject()];
    const headers = withKey((await skein.createKey(own.project_id, ['ops'])).key);
    const pause = (id: string) => skein.send('POST', `/ops/projects/${id}/pause`, undefined, headers);
    expect((await pause(own.project_id)).status).toBe(200);
    expect(await pause(foreign.project_id)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const { body } = await skein.send('GET', `/projects/${foreign.project_id}`, undefined, withKey(ADMIN_KEY));
    expect(body).toMatchObject({ paused_at: null });
  });
});
