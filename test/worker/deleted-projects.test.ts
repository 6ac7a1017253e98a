import { expect, it } from 'vitest';
import { useAuthSkein, withKey } from '../api/auth/auth-support.ts';
import { waitFor } from '../support/wait-for.ts';

// A process trusts a key that it has looked up: so long a deleted project takes requests.
const skein = useAuthSkein({ workers: 0, env: { KEY_CACHE_MS: '12000' } });

interface Ids {
  readonly assistant_id: string;
  readonly thread_id: string;
}

it('what requests store that were let in before the end of their project is removed, runs and all', async () => {
  const { project_id } = await skein.createProject();
  const { key } = await skein.createKey(project_id);
  const send = async (path: string, body: object) => (await skein.send<Ids>('POST', path, body, withKey(key))).body;
  await skein.send('GET', '/threads', undefined, withKey(key));
  await skein.admin('DELETE', `/projects/${project_id}`);
  const { assistant_id } = await send('/assistants', { name: 'Late' });
  const { thread_id } = await send('/threads', { name: 'Late', assistant_id });
  await send('/runs', { thread_id, input: 'late' });
  await send('/runs', { assistant_id, input: 'late, on a thread of its own' });

  const { models } = skein;
  const parts = [models.assistants, models.threads, models.runs, models.checkpoints];
  const left = async () => {
    const counts = await Promise.all(parts.map((part) => part.collection.countDocuments({ project_id })));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  expect(await left()).toBe(5);
  const projects = models.threads.db.collection<{ _id: string; emptied?: true }>('projects');
  const other = await skein.createProject();
  const kept = await skein.createKey(other.project_id);
  await skein.send('POST', '/assistants', { name: 'Kept' }, withKey(kept.key));

  await skein.startWorker({ SWEEP_MS: '30' });
  expect(await projects.findOne({ _id: project_id })).not.toHaveProperty('emptied');
  await projects.updateOne({ _id: project_id }, { $set: { deleted_at: new Date(Date.now() - 61_000) } });
  await waitFor(async () => (await projects.findOne({ _id: project_id }))?.emptied === true, { what: 'empty' });
  expect(await left()).toBe(0);
  expect(await models.assistants.countDocuments({ project_id: other.project_id })).toBe(1);
});
