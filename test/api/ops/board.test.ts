import { beforeAll, describe, expect, it } from 'vitest';
import { asks } from '../../support/skein.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from '../auth/auth-support.ts';

const skein = useAuthSkein({ workers: 0 });
const state = {} as { keys: Record<'runs' | 'ops', string>; runId: string };

beforeAll(async () => {
  const { project_id } = await skein.createProject();
  const keyOf = async (scope: 'runs' | 'ops') => (await skein.createKey(project_id, [scope])).key;
  const { assistant_id } = await skein.admin<{ assistant_id: string }>('POST', '/assistants', { name: 'A' });
  const { run_id } = await skein.admin<{ run_id: string }>('POST', '/runs', {
    assistant_id,
    input: asks({ tokens: 1 }),
  });
  Object.assign(state, { keys: { runs: await keyOf('runs'), ops: await keyOf('ops') }, runId: run_id });
});

const get = async (path: string, headers: Record<string, string> = withKey(ADMIN_KEY)) => {
  const response = await fetch(`${skein.url}/ops/board${path}`, { headers, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('/ops/board', () => {
  it('is for operators, also each of its files and calls', async () => {
    for (const path of ['', '/', '/api/queues', '/static/favicon.ico', '/queue/runs-interactive']) {
      expect((await get(path, {})).status, path).toBe(401);
      expect((await get(path, withKey(state.keys.runs))).status, path).toBe(403);
    }
    for (const key of [ADMIN_KEY, state.keys.ops]) expect((await get('/', withKey(key))).status).toBe(200);
  });

  it('opens with the cookie of a session', async () => {
    const signedIn = await fetch(`${skein.url}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: skein.url },
      body: JSON.stringify({ key: ADMIN_KEY }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect((await get('/', { cookie })).status).toBe(200);
  });

  it('shows the queues with their jobs, which are ids only', async () => {
    const { text } = await get('/api/queues?activeQueue=runs-interactive&status=latest&page=1');
    const { queues } = JSON.parse(text);
    expect(queues.map(({ name, readOnlyMode }: Record<string, unknown>) => [name, readOnlyMode])).toEqual([
      ['runs-interactive', true],
      ['runs-batch', true],
      ['webhooks', true],
      ['documents', true],
    ]);
    expect(queues[0].jobs.map(({ data }: { data: unknown }) => data)).toEqual([{ run_id: state.runId, dispatch: 1 }]);
  });

  it('is a page that loads from this server only', async () => {
    const { headers, text } = await get('/');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/https?:|script-src[^;]*unsafe/);
    const files = [...text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect((await get(`/${file}`)).status, file).toBe(200);
  });

  it('changes nothing, whatever it is asked', async () => {
    for (const [method, path] of [
      ['PUT', '/api/queues/runs-interactive/pause'],
      ['PUT', '/api/queues/runs-interactive/empty'],
      ['PUT', '/api/queues/runs-interactive/obliterate'],
      ['POST', '/api/queues/runs-interactive/add'],
      ['DELETE', '/api/queues/runs-interactive'],
    ]) {
      const response = await fetch(`${skein.url}/ops/board${path}`, {
        method: method ?? '',
        headers: withKey(ADMIN_KEY),
      });
      expect([response.status, response.headers.get('allow')], path).toEqual([405, 'GET, HEAD']);
      expect(await response.json()).toMatchObject({ code: 'method_not_allowed' });
    }
    const { text } = await get('/api/queues?activeQueue=runs-interactive');
    expect(JSON.parse(text).queues[0]).toMatchObject({ isPaused: false, counts: { waiting: 1 } });
  });
});
