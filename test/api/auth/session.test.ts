import { describe, expect, it } from 'vitest';
import { DEFAULT_PROJECT_ID, newId } from '../../../src/shared/domain/ids.ts';
import { useSkein } from '../../support/skein.ts';
import { openStream } from '../../support/skein-stream.ts';
import { waitFor } from '../../support/wait-for.ts';
import { ADMIN_KEY, useAuthSkein, withKey } from './auth-support.ts';

const skein = useAuthSkein({ workers: 0 });

interface Caller {
  readonly code?: string;
  readonly operator: boolean;
  readonly project_id: string;
  readonly key_id: string | null;
}

/** What a browser sends of its own from a page of this server. */
const own = { 'sec-fetch-site': 'same-origin' };

async function signIn(key: string, headers: Record<string, string> = {}) {
  const answer = await skein.send<Caller>('POST', '/session', { key }, headers);
  const setCookie = answer.headers.get('set-cookie') ?? '';
  return { answer, setCookie, cookie: setCookie.split(';', 1)[0] ?? '' };
}
const whoIs = async (cookie: string) => {
  const { status, body } = await skein.send<Caller>('GET', '/session', undefined, { cookie });
  return { status, body };
};

describe('signing in', () => {
  it('exchanges a key for a cookie that no script and no other site can use, and that is not the key', async () => {
    const { project_id } = await skein.createProject();
    const { key, key_id } = await skein.createKey(project_id, ['read']);
    const { answer, setCookie, cookie } = await signIn(key);
    const caller = { operator: false, project_id, key_id, scopes: ['read'] };
    expect([answer.status, answer.body]).toEqual([200, caller]);
    expect(setCookie).toMatch(/^skein_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    expect(JSON.stringify([setCookie, answer.body])).not.toContain(key.slice(12));
    expect(await whoIs(cookie)).toEqual({ status: 200, body: caller });
    const stored = JSON.stringify(await skein.models.threads.db.collection('sessions').find({}).toArray());
    expect(stored).not.toContain(cookie.slice('skein_session='.length));
    expect(stored).not.toContain(key);
    expect((await signIn(key, { 'x-forwarded-proto': 'https' })).setCookie).toContain('; Secure');
  });

  it('works with the admin key, in the project that requests name', async () => {
    const { cookie, answer } = await signIn(ADMIN_KEY);
    expect(answer.body).toMatchObject({ operator: true, project_id: DEFAULT_PROJECT_ID, key_id: null });
    const { project_id } = await skein.createProject();
    const named = await skein.send<Caller>('GET', '/session', undefined, { cookie, 'x-project-id': project_id });
    expect(named.body.project_id).toBe(project_id);
    expect((await skein.send('GET', '/projects', undefined, { cookie })).status).toBe(200);
    const unknown = await skein.send('GET', '/session', undefined, { cookie, 'x-project-id': newId() });
    expect(unknown.status).toBe(404);
  });

  it('is refused for a key that is not good, and for a body that is none', async () => {
    for (const key of ['x', `${ADMIN_KEY}x`]) {
      const { answer, setCookie } = await signIn(key);
      expect([answer.status, answer.body.code, setCookie]).toEqual([401, 'invalid_credentials', '']);
    }
    expect((await skein.send('POST', '/session', {})).status).toBe(422);
  });

  it('shows by GET also what a key in a header may do', async () => {
    const { key, key_id } = await skein.createKey(DEFAULT_PROJECT_ID, ['ops']);
    const answer = await skein.send<Caller>('GET', '/session', undefined, withKey(key));
    expect(answer.body).toMatchObject({ key_id, scopes: ['ops'] });
  });
});

describe('a session', () => {
  it('changes things only for pages of this very origin', async () => {
    const { key } = await skein.createKey(DEFAULT_PROJECT_ID);
    const { cookie } = await signIn(key);
    const create = async (headers: Record<string, string>) =>
      (await skein.send('POST', '/assistants', { name: 'A' }, { cookie, ...headers })).status;
    const { host, origin } = new URL(skein.url);
    expect(await create(own)).toBe(201);
    expect(await create({ origin })).toBe(201);
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site', origin },
      { 'sec-fetch-site': 'none' },
      { origin: 'null' },
      { origin: `http://evil.example/${host}` },
      { origin: 'http://127.0.0.1:1' },
    ] as Record<string, string>[])
      expect(await create(headers), JSON.stringify(headers)).toBe(403);
    expect((await skein.send('GET', '/assistants', undefined, { cookie })).status).toBe(200);
  });

  it('has the scopes of its key, and a key in a header goes before it', async () => {
    const { project_id } = await skein.createProject();
    const [reader, writer] = [await skein.createKey(project_id, ['read']), await skein.createKey(project_id, ['runs'])];
    const { cookie } = await signIn(reader.key);
    const create = (headers: Record<string, string>) =>
      skein.send<Caller>('POST', '/assistants', { name: 'A' }, { cookie, ...own, ...headers });
    expect((await create({})).body.code).toBe('insufficient_scope');
    expect((await create(withKey(writer.key))).status).toBe(201);
    expect((await create(withKey('wrong'))).body.code).toBe('invalid_credentials');
  });

  it('ends at once, for everyone who has it, when its holder signs out', async () => {
    const { cookie } = await signIn(ADMIN_KEY);
    const out = (headers: Record<string, string>) => skein.send('DELETE', '/session', undefined, headers);
    expect((await out({ cookie, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await whoIs(cookie)).status).toBe(200);
    const answer = await out({ cookie, ...own });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
      204,
      'skein_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect(await whoIs(cookie)).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    expect((await out({ cookie, ...own })).status).toBe(204);
    expect((await out({})).status).toBe(204);
  });

  it('ends with its key, and so do its streams', async () => {
    const { project_id } = await skein.createProject();
    const { key, key_id } = await skein.createKey(project_id, ['ops']);
    const { cookie } = await signIn(key);
    const stream = await openStream(`${skein.url}/ops/queues/stream`, { headers: { cookie } });
    expect(stream.status).toBe(200);
    await skein.admin('DELETE', `/projects/${project_id}/keys/${key_id}`);
    expect(await stream.ended).toBe('cut');
    await waitFor(async () => (await whoIs(cookie)).status === 401, { what: 'the session is over' });
  });

  it('ends after its time, whether or not it was cleared away', async () => {
    const { cookie } = await signIn(ADMIN_KEY);
    const sessions = skein.models.threads.db.collection('sessions');
    await sessions.updateMany({}, { $set: { expires_at: new Date() } });
    expect((await whoIs(cookie)).status).toBe(401);
  });

  it('is nothing without a token of our form', async () => {
    for (const cookie of ['skein_session=', 'skein_session=x', 'skein_session', `other=${'x'.repeat(43)}`])
      expect((await whoIs(cookie)).body.code, cookie).toBe('missing_credentials');
    expect((await whoIs(`a=b; skein_session=${'x'.repeat(43)}`)).body.code).toBe('invalid_credentials');
  });
});

describe('with AUTH_MODE=none', () => {
  const open = useSkein({ workers: 0 });

  it('everyone is the operator, and there is nothing to sign in with', async () => {
    const answer = await open.send<Caller>('GET', '/session');
    expect(answer.body).toMatchObject({ operator: true, project_id: DEFAULT_PROJECT_ID, key_id: null });
    expect((await open.send<Caller>('POST', '/session', { key: ADMIN_KEY })).body.code).toBe('keys_disabled');
  });
});
