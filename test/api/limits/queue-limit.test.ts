import { describe, expect, it } from 'vitest';
import { newId } from '../../../src/shared/domain/ids.ts';
import type { Run } from '../../../src/shared/domain/run.ts';
import { waitFor } from '../../support/wait-for.ts';
import { useAuthSkein, withKey } from '../auth/auth-support.ts';

const skein = useAuthSkein({ workers: 0, env: { QUEUED_RUNS_PER_PROJECT: '5' } });

interface Ids {
  readonly assistant_id: string;
  readonly run_id: string;
}

/** A project with an assistant, and its call to start a run on a thread of the run's own. */
async function newProject() {
  const { project_id } = await skein.createProject();
  const { key } = await skein.createKey(project_id);
  const { assistant_id } = (await skein.send<Ids>('POST', '/assistants', { name: 'A' }, withKey(key))).body;
  const start = (headers: Readonly<Record<string, string>> = {}) =>
    skein.send<Run & { code?: string }>('POST', '/runs', { assistant_id, input: 'x' }, { ...withKey(key), ...headers });
  const stored = async () => [
    await skein.models.runs.countDocuments({ project_id }),
    await skein.models.threads.countDocuments({ project_id }),
  ];
  return { project_id, key, start, stored };
}

describe('the queue of a project', () => {
  it('takes as many runs as the limit says; the next is refused with what limit it was, and leaves nothing behind', async () => {
    const { start, stored } = await newProject();
    const other = await newProject();
    for (let n = 0; n < 5; n += 1) expect((await start()).status).toBe(202);
    const before = await stored();
    const refused = await start();
    expect([refused.status, refused.body]).toMatchObject([
      429,
      { code: 'queue_full', limit: { scope: 'project', max: 5, queued: 5 } },
    ]);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await stored()).toEqual(before);
    expect((await other.start()).status).toBe(202);
  });

  it('may have a limit of its own, which every process learns with its next count', async () => {
    const { project_id, start } = await newProject();
    for (let n = 0; n < 5; n += 1) await start();
    await skein.admin('PATCH', `/projects/${project_id}`, { limits: { queued_runs: 7 } });
    await waitFor(async () => (await start()).status === 202, { what: 'room', timeoutMs: 3000 });
    await waitFor(async () => (await start()).body.code === 'queue_full', { what: 'full' });
    expect(await skein.models.runs.countDocuments({ project_id })).toBe(7);
  });

  it('answers repeats of requests that were accepted, also when it is full', async () => {
    const { start } = await newProject();
    const first = await start({ 'idempotency-key': 'a' });
    for (let n = 0; n < 4; n += 1) await start();
    expect((await start()).status).toBe(429);
    const again = await start({ 'idempotency-key': 'a' });
    expect([again.status, again.body.run_id]).toEqual([202, first.body.run_id]);
  });

  it('has room again soon after runs have left it, by whatever process', async () => {
    const { project_id, start } = await newProject();
    for (let n = 0; n < 5; n += 1) await start();
    expect((await start()).status).toBe(429);
    await skein.models.runs.updateMany({ project_id }, { $set: { status: 'completed' }, $unset: { active: 1 } });
    await waitFor(async () => (await start()).status === 202, { what: 'room', timeoutMs: 3000 });
  });

  it('does not count the runs of batches', async () => {
    const { project_id, start } = await newProject();
    for (let n = 0; n < 4; n += 1) await start();
    await skein.models.runs.updateMany({ project_id }, { $set: { batch_id: newId() } });
    for (let n = 0; n < 5; n += 1) await waitFor(async () => (await start()).status === 202, { what: 'room' });
    expect(await skein.models.runs.countDocuments({ project_id })).toBe(9);
  });

  it('lets hardly more through of many requests at once', async () => {
    const { project_id, start } = await newProject();
    const answers = await Promise.all(Array.from({ length: 40 }, () => start()));
    const accepted = answers.filter(({ status }) => status === 202).length;
    expect(accepted).toBe(await skein.models.runs.countDocuments({ project_id }));
    expect(accepted).toBeGreaterThanOrEqual(4);
    expect(accepted).toBeLessThanOrEqual(6);
    expect(answers.filter(({ body }) => body.code === 'queue_full')).toHaveLength(40 - accepted);
  });
});
