import { describe, expect, it } from 'vitest';
import { isApiKey, newApiKey } from '../../../src/api/auth/api-key-text.ts';
import type { ApiKey } from '../../../src/shared/domain/api-key.ts';
import { DEFAULT_PROJECT_ID, newId } from '../../../src/shared/domain/ids.ts';
import type { Project } from '../../../src/shared/domain/project.ts';
import type { Thread } from '../../../src/shared/domain/thread.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from './auth-support.ts';

const skein = useAuthSkein();

/** Status, code and challenge of the answer to a GET. */
async function refusal(path: string, headers: Record<string, string>) {
  const answer = await skein.send<{ code?: string }>('GET', path, undefined, headers);
  return [answer.status, answer.body.code, answer.headers.get('www-authenticate')];
}

/** The same key with another last digit. */
const broken = (key: string): string => key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');

describe('the text of a key', () => {
  it('is scannable, random, and carries its checksum', () => {
    const keys = Array.from({ length: 50 }, newApiKey);
    expect(new Set(keys).size).toBe(50);
    for (const key of keys) {
      expect(key).toMatch(/^skein_[0-9A-Za-z]{49}$/);
      expect(isApiKey(key)).toBe(true);
      expect(isApiKey(broken(key))).toBe(false);
      expect(isApiKey(`${key.slice(0, 20)}${key.slice(21)}x`)).toBe(false);
    }
  });
});

describe('a request without a good key', () => {
  it('is 401 with a challenge when there is none, wherever else it was put', async () => {
    const { key } = await skein.createKey(DEFAULT_PROJECT_ID);
    for (const headers of [
      {},
      { 'x-api-key': '' },
      { authorization: '' },
      { authorization: `Basic ${key}` },
      { authorization: 'Bearer' },
      { cookie: `key=${key}` },
    ] as Record<string, string>[])
      expect(await refusal('/threads', headers)).toEqual([401, 'missing_credentials', 'Bearer']);
    expect((await refusal(`/threads?api_key=${key}`, {}))[1]).toBe('missing_credentials');
  });

  it('is 401 for a key that is unknown, revoked, broken, too long or of no form, always with the same words', async () => {
    const { key, key_id } = await skein.createKey(DEFAULT_PROJECT_ID);
    await skein.admin('DELETE', `/projects/${DEFAULT_PROJECT_ID}/keys/${key_id}`);
    const details = new Set<string>();
    for (const bad of [
      key,
      newApiKey(),
      broken(key),
      key.toLowerCase(),
      `${key},${key}`,
      `${ADMIN_KEY}x`,
      'x'.repeat(10_000),
    ])
      for (const headers of [withKey(bad), { authorization: `Bearer ${bad}` }]) {
        const answer = await skein.send<{ code: string; detail: string }>('GET', '/threads', undefined, headers);
        expect([answer.status, answer.body.code, answer.headers.get('www-authenticate')]).toEqual([
          401,
          'invalid_credentials',
          'Bearer',
        ]);
        details.add(answer.body.detail);
      }
    expect(details.size).toBe(1);
  });

  it('costs no look-up when the checksum is wrong', async () => {
    const { key } = await skein.createKey(DEFAULT_PROJECT_ID);
    skein.commands.length = 0;
    expect((await refusal('/threads', withKey(broken(key))))[0]).toBe(401);
    expect(skein.commands).toEqual([]);
  });

  it('may still look at what is public', async () => {
    for (const path of ['/health/live', '/health/ready', '/ok', '/info', '/openapi.json'])
      expect((await skein.send('GET', path)).status, path).toBe(200);
    for (const path of ['/docs', '/docs/errors']) expect((await fetch(`${skein.url}${path}`)).status, path).toBe(200);
    expect((await skein.send<{ auth_mode: string }>('GET', '/info')).body.auth_mode).toBe('api_key');
  });
});

describe('scopes', () => {
  const threadBody = async (projectId: string) => {
    const assistant = await skein.admin<{ assistant_id: string }>(
      'POST',
      '/assistants',
      { name: 'A' },
      { 'x-project-id': projectId },
    );
    return { name: 'T', assistant_id: assistant.assistant_id };
  };

  it('let `read` look, `runs` look and change, `ops` do neither, and only `ops` operate', async () => {
    const { project_id } = await skein.createProject();
    const body = await threadBody(project_id);
    const statuses = async (scopes: ('runs' | 'read' | 'ops')[]) => {
      const headers = { authorization: `Bearer ${(await skein.createKey(project_id, scopes)).key}` };
      const answers = [
        await skein.send('GET', '/threads', undefined, headers),
        await skein.send('POST', '/threads', body, headers),
        await skein.send('GET', '/ops/queues', undefined, headers),
        await skein.send('GET', '/projects', undefined, headers),
      ];
      return answers.map((answer) => answer.status);
    };
    expect(await statuses(['read'])).toEqual([200, 403, 403, 403]);
    expect(await statuses(['runs'])).toEqual([200, 201, 403, 403]);
    expect(await statuses(['ops'])).toEqual([403, 403, 200, 403]);
    expect(await statuses(['read', 'ops'])).toEqual([200, 403, 200, 403]);
  });

  it('are named in the refusal', async () => {
    const { key } = await skein.createKey(DEFAULT_PROJECT_ID, ['read']);
    expect(await refusal('/ops/queues', withKey(key))).toEqual([
      403,
      'insufficient_scope',
      'Bearer error="insufficient_scope"',
    ]);
  });
});

describe('the admin key', () => {
  it('works in the default project, or in the one it names', async () => {
    const { project_id } = await skein.createProject();
    const inProject = { 'x-project-id': project_id };
    const made = await skein.admin<{ project_id: string }>('POST', '/assistants', { name: 'A' }, inProject);
    expect(made.project_id).toBe(project_id);
    const other = await skein.admin<{ project_id: string }>('POST', '/assistants', { name: 'A' });
    expect(other.project_id).toBe(DEFAULT_PROJECT_ID);
    expect(await skein.admin('GET', '/assistants', undefined, inProject)).toEqual([made]);
  });

  it('gets 404 for a project that does not exist, and nothing is stored', async () => {
    for (const named of [newId(), 'x', '']) {
      const headers = { ...withKey(ADMIN_KEY), 'x-project-id': named };
      expect((await skein.send('POST', '/assistants', { name: 'A' }, headers)).status, named).toBe(404);
    }
  });

  it('is the only one whose X-Project-Id counts', async () => {
    const [mine, other] = [await skein.createProject(), await skein.createProject()];
    const { key } = await skein.createKey(mine.project_id);
    const headers = { ...withKey(key), 'x-project-id': other.project_id };
    const answer = await skein.send<{ project_id: string }>('POST', '/assistants', { name: 'A' }, headers);
    expect(answer.body.project_id).toBe(mine.project_id);
  });
});

describe('projects', () => {
  it('are made, read, listed, renamed and deleted', async () => {
    const made = await skein.createProject('One');
    expect(await skein.admin('GET', `/projects/${made.project_id}`)).toEqual(made);
    const list = await skein.admin<Project[]>('GET', '/projects?limit=100');
    expect(list[0]).toEqual(made);
    expect(list.at(-1)).toMatchObject({ project_id: DEFAULT_PROJECT_ID, name: 'Default' });
    const renamed = await skein.admin<Project>('PATCH', `/projects/${made.project_id}`, { name: 'Two' });
    expect(renamed).toMatchObject({ project_id: made.project_id, name: 'Two', created_at: made.created_at });
    await skein.admin('DELETE', `/projects/${made.project_id}`);
    for (const method of ['GET', 'DELETE'])
      expect((await skein.send(method, `/projects/${made.project_id}`, undefined, withKey(ADMIN_KEY))).status).toBe(
        404,
      );
  });

  it('go only when they are empty, and take their keys with them', async () => {
    const { project_id } = await skein.createProject();
    const headers = { 'x-project-id': project_id };
    const { key } = await skein.createKey(project_id);
    const { assistant_id } = await skein.admin<{ assistant_id: string }>('POST', '/assistants', { name: 'A' }, headers);
    const thread = await skein.admin<Thread>('POST', '/threads', { name: 'T', assistant_id }, headers);
    const remove = () =>
      skein.send<{ code: string }>('DELETE', `/projects/${project_id}`, undefined, withKey(ADMIN_KEY));
    expect((await remove()).body.code).toBe('project_not_deletable');
    await skein.admin('DELETE', `/threads/${thread.thread_id}`, undefined, headers);
    expect((await remove()).status).toBe(409);
    await skein.admin('DELETE', `/assistants/${assistant_id}`, undefined, headers);
    expect((await skein.send('GET', '/threads', undefined, withKey(key))).status).toBe(200);
    expect((await remove()).status).toBe(204);
    await waitFor(async () => (await skein.send('GET', '/threads', undefined, withKey(key))).status === 401, {
      what: 'the key of the deleted project is refused',
    });
    expect((await skein.send('POST', `/projects/${project_id}/keys`, { name: 'K' }, withKey(ADMIN_KEY))).status).toBe(
      404,
    );
  });

  it('keep the default one', async () => {
    const answer = await skein.send<{ code: string }>(
      'DELETE',
      `/projects/${DEFAULT_PROJECT_ID}`,
      undefined,
      withKey(ADMIN_KEY),
    );
    expect([answer.status, answer.body.code]).toEqual([409, 'project_not_deletable']);
  });

  it('are made once for one Idempotency-Key, also when the requests come at once', async () => {
    const headers = { 'idempotency-key': newId() };
    const made = await Promise.all(
      [1, 2, 3, 4].map(() => skein.admin<Project>('POST', '/projects', { name: 'Once' }, headers)),
    );
    expect(new Set(made.map((project) => project.project_id)).size).toBe(1);
    const other = await skein.send('POST', '/projects', { name: 'Else' }, { ...withKey(ADMIN_KEY), ...headers });
    expect(other.status).toBe(422);
    await skein.admin('DELETE', `/projects/${made[0]?.project_id}`);
    const late = await skein.send('POST', '/projects', { name: 'Once' }, { ...withKey(ADMIN_KEY), ...headers });
    expect(late.status).toBe(404);
  });
});

describe('the keys of a project', () => {
  it('are shown once, listed by prefix, and stored as a hash', async () => {
    const { project_id } = await skein.createProject();
    const made = await skein.admin<ApiKey & { key: string }>('POST', `/projects/${project_id}/keys`, {
      name: 'Shop',
      scopes: ['read', 'ops'],
    });
    const { key, ...rest } = made;
    expect(rest).toMatchObject({ project_id, name: 'Shop', scopes: ['read', 'ops'], revoked_at: null });
    expect(key.startsWith(rest.prefix)).toBe(true);
    expect(rest.prefix).toHaveLength(12);
    expect(await skein.admin('GET', `/projects/${project_id}/keys`)).toEqual([rest]);
    const stored = await skein.models.threads.db.collection('api_keys').find({}).toArray();
    expect(stored.length).toBeGreaterThan(0);
    expect(JSON.stringify(stored)).not.toContain(key.slice(12));
  });

  it('note when they were used', async () => {
    const { project_id } = await skein.createProject();
    const { key } = await skein.createKey(project_id);
    await skein.send('GET', '/threads', undefined, withKey(key));
    const used = await waitFor(
      async () => (await skein.admin<ApiKey[]>('GET', `/projects/${project_id}/keys`))[0]?.last_used_at,
      { what: 'last_used_at is set' },
    );
    expect(Math.abs(Date.now() - Date.parse(used))).toBeLessThan(60_000);
  });

  it('are made once for one Idempotency-Key, and a repeat cannot show the key', async () => {
    const { project_id } = await skein.createProject();
    const send = () =>
      skein.send<ApiKey & { key: string | null }>(
        'POST',
        `/projects/${project_id}/keys`,
        { name: 'K' },
        { ...withKey(ADMIN_KEY), 'idempotency-key': 'same' },
      );
    const answers = [...(await Promise.all([send(), send()])), await send()];
    expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((answer) => answer.body.key_id)).size).toBe(1);
    expect(answers.filter((answer) => answer.body.key !== null)).toHaveLength(1);
    expect(answers.filter((answer) => answer.headers.get('idempotent-replayed') === 'true')).toHaveLength(2);
  });

  it('are revoked for good, however often, and only through their own project', async () => {
    const [mine, other] = [await skein.createProject(), await skein.createProject()];
    const { key, key_id } = await skein.createKey(mine.project_id);
    const revoke = (projectId: string) =>
      skein.send('DELETE', `/projects/${projectId}/keys/${key_id}`, undefined, withKey(ADMIN_KEY));
    expect((await revoke(other.project_id)).status).toBe(404);
    expect((await skein.send('GET', '/threads', undefined, withKey(key))).status).toBe(200);
    expect((await revoke(mine.project_id)).status).toBe(204);
    const [first] = await skein.admin<ApiKey[]>('GET', `/projects/${mine.project_id}/keys`);
    expect((await revoke(mine.project_id)).status).toBe(204);
    expect(await skein.admin('GET', `/projects/${mine.project_id}/keys`)).toEqual([first]);
    expect(first?.revoked_at).toMatch(/^\d{4}-/);
  });

  it('must have a name and scopes that exist, each once', async () => {
    for (const body of [
      {},
      { name: '' },
      { name: 'K', scopes: [] },
      { name: 'K', scopes: ['admin'] },
      { name: 'K', scopes: ['read', 'read'] },
    ])
      expect(
        (await skein.send('POST', `/projects/${DEFAULT_PROJECT_ID}/keys`, body, withKey(ADMIN_KEY))).status,
        JSON.stringify(body),
      ).toBe(422);
  });
});
