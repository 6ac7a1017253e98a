import { describe, expect, it } from 'vitest';
import { newApiKey } from '../../../src/api/auth/api-key-text.ts';
import { useProcesses } from '../../support/processes.ts';
import { useServices } from '../../support/services.ts';
import { createClient } from '../../support/skein-client.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ADMIN_KEY, type MadeKey, withKey } from './auth-support.ts';

const services = useServices();
const processes = useProcesses();
const KEY_SECRET = 'canary-secret-of-the-hashes';
const env = { ...services.env, AUTH_MODE: 'api_key', ADMIN_KEY, KEY_SECRET, LOG_LEVEL: 'trace' };

describe('an API process', () => {
  it.each([
    { NODE_ENV: 'production', AUTH_MODE: 'none', says: 'AUTH_MODE=none' },
    { NODE_ENV: 'production', AUTH_MODE: 'api_key', says: 'ADMIN_KEY' },
    { NODE_ENV: 'development', AUTH_MODE: '', says: 'ADMIN_KEY' },
  ])('does not start as $NODE_ENV with AUTH_MODE=$AUTH_MODE and no ADMIN_KEY', async ({ says, ...settings }) => {
    await expect(processes.startApi({ ...services.env, ...settings })).rejects.toThrow(says);
  });

  it('takes keys that were made with the same secret under another admin key, and no others', async () => {
    const first = await processes.startApi(env);
    const admin = createClient(() => first.url);
    const project = await admin.send<{ project_id: string }>('POST', '/projects', { name: 'P' }, withKey(ADMIN_KEY));
    const path = `/projects/${project.body.project_id}/keys`;
    const made = await admin.send<MadeKey>('POST', path, { name: 'K' }, withKey(ADMIN_KEY));
    const rotated = await processes.startApi({ ...env, ADMIN_KEY: 'another-admin-key-of-the-tests' });
    const derived = await processes.startApi({ ...env, KEY_SECRET: '' });
    const status = async (url: string, key: string) =>
      (await fetch(`${url}/threads`, { headers: withKey(key) })).status;
    expect(await status(rotated.url, made.body.key)).toBe(200);
    expect(await status(rotated.url, ADMIN_KEY)).toBe(401);
    expect(await status(derived.url, made.body.key)).toBe(401);
    expect(await status(derived.url, ADMIN_KEY)).toBe(200);
  });

  it('logs no key, wherever a client puts it', async () => {
    const api = await processes.startApi(env);
    const { send } = createClient(() => api.url);
    const { body: project } = await send<{ project_id: string }>(
      'POST',
      '/projects',
      { name: 'P' },
      withKey(ADMIN_KEY),
    );
    const made = await send<MadeKey>(
      'POST',
      `/projects/${project.project_id}/keys`,
      { name: 'K', scopes: ['runs'] },
      withKey(ADMIN_KEY),
    );
    const keys = [made.body.key, newApiKey(), ADMIN_KEY];
    for (const key of keys) {
      await send('GET', '/threads', undefined, { authorization: `Bearer ${key}` });
      await send('GET', `/threads/${key}`, undefined, withKey(key));
      await send('GET', `/${key}?api_key=${key}`, undefined, { 'x-request-id': key, cookie: key, 'user-agent': key });
      await send('POST', '/assistants', { name: key, model: 7 }, withKey(key));
      await send('POST', '/projects', { name: 'P', [key]: key }, { ...withKey(key), 'idempotency-key': key });
      await send('GET', '/runs?status=x', undefined, { ...withKey(key), 'x-project-id': key });
    }
    await send('GET', '/ok', undefined, { 'x-request-id': 'the-last-one' });
    // Lines are written in order, so after this one all are there.
    const log = () => JSON.stringify(api.logs);
    await waitFor(() => log().includes('the-last-one'), { what: 'the last line' });
    expect(log()).toContain('[secret]');
    expect(log()).toContain(made.body.key_id);
    for (const secret of [...keys, KEY_SECRET]) expect(log()).not.toContain(secret.slice(0, 26));
  });
});
