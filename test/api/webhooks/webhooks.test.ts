import { beforeAll, describe, expect, it } from 'vitest';
import type { Webhook } from '../../../src/shared/domain/webhook.ts';
import { connectMongo } from '../../../src/shared/mongo/connect-mongo.ts';
import { useSkein } from '../../support/skein.ts';

type WithSecret = Webhook & { secret: string | null };

const skein = useSkein({ workers: 0 });
const post = <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
  skein.send<T & { code?: string }>('POST', path, body, headers);
const input = { url: 'http://127.0.0.1:9/hook', events: ['run.completed', 'run.failed'] };

/** Everything stored of webhooks, as text. */
async function stored(): Promise<string> {
  const { mongoUrl, database } = skein.services;
  const connection = await connectMongo({ url: mongoUrl, database, poolSize: 1, appName: 'test' });
  try {
    return JSON.stringify(await connection.collection('webhooks').find().toArray());
  } finally {
    await connection.destroy();
  }
}

describe('an endpoint', () => {
  let made: WithSecret;
  beforeAll(async () => {
    made = (await post<WithSecret>('/webhooks', input)).body;
  });
  const path = () => `/webhooks/${made.webhook_id}`;

  it('is shown with its secret once, and without it afterwards', async () => {
    expect(made).toMatchObject({ ...input, description: '', enabled: true, disabled_reason: null });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret: _, ...rest } = made;
    expect((await skein.send('GET', path())).body).toEqual(rest);
    expect((await skein.send('GET', '/webhooks')).body).toContainEqual(rest);
  });

  it('is stored without its secret', async () => {
    const text = await stored();
    expect(text).toContain(made.webhook_id);
    expect(text).not.toContain('whsec_');
    expect(text).not.toContain(made.secret?.slice(6, 30));
  });

  it('changes, and keeps what was not named', async () => {
    const { body } = await skein.send<Webhook>('PATCH', path(), { description: 'New', enabled: false });
    expect(body).toMatchObject({ ...input, description: 'New', enabled: false });
    expect((await skein.send<Webhook>('PATCH', path(), { url: 'http://127.0.0.1:9/other' })).body).toMatchObject({
      url: 'http://127.0.0.1:9/other',
      description: 'New',
      enabled: false,
    });
  });

  it('gets a new secret beside the old one, or in its place', async () => {
    const rotated = await post<WithSecret>(`${path()}/rotate_secret`, {});
    expect([rotated.status, rotated.body.secret === made.secret]).toEqual([200, false]);
    const until = Date.parse(rotated.body.old_secret_until ?? '') - Date.now();
    expect(until).toBeGreaterThan(86_000_000);
    expect(until).toBeLessThanOrEqual(86_400_000);
    const leaked = await post<WithSecret>(`${path()}/rotate_secret`, { keep_old_seconds: 0 });
    expect(leaked.body).toMatchObject({ old_secret_until: null, secret: expect.stringMatching(/^whsec_/) });
  });

  it('goes with its log', async () => {
    const { body } = await post<WithSecret>('/webhooks', input);
    await post(`/webhooks/${body.webhook_id}/ping`);
    expect((await skein.send('DELETE', `/webhooks/${body.webhook_id}`)).status).toBe(204);
    for (const [method, rest, change] of [
      ['GET', ''],
      ['DELETE', ''],
      ['PATCH', '', { enabled: true }],
      ['POST', '/ping', {}],
      ['POST', '/rotate_secret', {}],
      ['GET', '/deliveries'],
    ] as [string, string, object?][])
      expect((await skein.send(method, `/webhooks/${body.webhook_id}${rest}`, change)).status).toBe(404);
  });
});

describe('a repeated request', () => {
  const key = { 'idempotency-key': 'the-same' };

  it('makes no second endpoint, and does not show the secret again', async () => {
    const first = await post<WithSecret>('/webhooks', input, key);
    const second = await post<WithSecret>('/webhooks', input, key);
    expect(second.body).toEqual({ ...first.body, secret: null });
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect((await post('/webhooks', { ...input, description: 'x' }, key)).body.code).toBe('idempotency_key_reused');
  });
});

describe('a URL that may not be called', () => {
  it.each([
    'http://10.0.0.5/',
    'http://2130706434/',
    'http://[::ffff:7f00:2]/',
    'http://169.254.169.254/latest/meta-data',
    'http://localhost/',
    'https://user:password@example.com/',
    'https://example.com:22/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'hello',
  ])('is refused, for an endpoint and for a run, and nothing is made: %s', async (url) => {
    const before = await stored();
    const answer = await post<{ errors: unknown[] }>('/webhooks', { ...input, url });
    expect([answer.status, answer.body.code]).toEqual([422, 'url_not_allowed']);
    expect(answer.body.errors).toMatchObject([{ pointer: '/url', code: 'url_not_allowed' }]);
    expect(await stored()).toBe(before);

    const { thread_id } = await skein.createThread();
    const run = await post<{ errors: unknown[] }>('/runs', { thread_id, input: 'x', webhook: { url } });
    expect([run.status, run.body.code]).toEqual([422, 'url_not_allowed']);
    expect(run.body.errors).toMatchObject([{ pointer: '/webhook/url' }]);
    expect(await skein.models.runs.countDocuments({ thread_id })).toBe(0);
  });

  it('is refused when an endpoint is changed', async () => {
    const { body } = await post<WithSecret>('/webhooks', input);
    const patched = await skein.send<{ code: string }>('PATCH', `/webhooks/${body.webhook_id}`, {
      url: 'http://10.1.1.1',
    });
    expect([patched.status, patched.body.code]).toEqual([422, 'url_not_allowed']);
  });
});

it.each([
  { ...input, events: [] },
  { ...input, events: ['run.completed', 'run.completed'] },
  { ...input, events: ['ping'] },
  { ...input, events: ['$ne'] },
  { ...input, url: { $ne: '' } },
  { ...input, secret: 'whsec_mine' },
  { events: ['run.completed'] },
])('a body that is not valid is refused: %j', async (body) => {
  expect((await post('/webhooks', body)).body.code).toBe('validation_failed');
});

it.each(['short', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'A'.repeat(93)}`])(
  'a secret of a run that no library takes is refused: %s',
  async (secret) => {
    const { thread_id } = await skein.createThread();
    const answer = await post('/runs', { thread_id, input: 'x', webhook: { url: input.url, secret } });
    expect(answer.body.code).toBe('validation_failed');
  },
);
