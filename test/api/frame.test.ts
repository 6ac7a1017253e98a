import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEndpoint } from '../../src/api/endpoint.ts';
import { AppError } from '../../src/shared/errors/app-error.ts';
import { waitFor } from '../support/wait-for.ts';
import { expectProblem, useFrame } from './test-api.ts';

const base = { tag: 'System', access: 'read', summary: 'A test.', description: 'A test.' } as const;
const failures: Record<string, () => Error> = {
  bug: () => new TypeError('secret-of-the-inside'),
  mongo: () => Object.assign(new Error('connect ECONNREFUSED 10.0.0.5'), { name: 'MongoServerSelectionError' }),
  redis: () => new Error('Connection is closed.'),
  busy: () => new AppError('thread_busy', { detail: 'A run is active.', extra: { active_run_id: 'r1' } }),
};
const aborted: unknown[] = [];

const frame = useFrame(
  () => [
    defineEndpoint({
      ...base,
      method: 'get',
      path: '/things/{thing_id}',
      params: z.object({ thing_id: z.uuid() }),
      responses: { 200: { description: 'It.', schema: z.object({ id: z.string(), project: z.string() }) } },
      handler: async ({ params, projectId }) => ({ status: 200, body: { id: params.thing_id, project: projectId } }),
    }),
    defineEndpoint({
      ...base,
      method: 'post',
      path: '/things',
      body: z.strictObject({ name: z.string().optional() }),
      responses: { 201: { description: 'It.', schema: z.object({ name: z.string() }), headers: { Location: 'x' } } },
      handler: async ({ body }) => ({ status: 201, headers: { Location: '/x' }, body: { name: body.name ?? 'none' } }),
    }),
    defineEndpoint({
      ...base,
      method: 'post',
      path: '/things/search',
      responses: { 204: { description: 'Nothing.' } },
      handler: async () => ({ status: 204 }),
    }),
    defineEndpoint({
      ...base,
      method: 'get',
      path: '/fail/{how}',
      params: z.object({ how: z.string() }),
      responses: { 204: { description: 'Never.' } },
      async handler({ params }) {
        throw failures[params.how]?.() ?? new Error('no such failure');
      },
    }),
    defineEndpoint({
      ...base,
      method: 'get',
      path: '/stream',
      query: z.strictObject({ break: z.string().optional() }),
      responses: { 200: { description: 'Events.', contentType: 'text/event-stream' } },
      async handler({ res, query, signal }) {
        res.type('text/event-stream').write('data: 1\n\n');
        if (query.break !== undefined) throw new Error('broken in the middle');
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        aborted.push(signal.reason);
        return undefined;
      },
    }),
  ],
  { CORS_ORIGINS: 'https://app.example' },
);
const ID = '0190a3b4-0000-7000-8000-000000000002';
const http = () => supertest(frame.server);

describe('routes', () => {
  it('answers with and without a slash at the end, and never redirects', async () => {
    for (const path of [`/things/${ID}`, `/things/${ID}/`]) {
      const answer = await http().get(path).redirects(0);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ id: ID, project: '00000000-0000-7000-8000-000000000001' });
    }
  });

  it('answers HEAD like GET without the body', async () => {
    const answer = await http().head(`/things/${ID}`);
    expect(answer.status).toBe(200);
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
    expect(answer.text ?? '').toBe('');
  });

  it('tells what a path allows, on OPTIONS and on 405', async () => {
    const options = await http().options('/things');
    expect([options.status, options.headers.allow]).toEqual([204, 'POST, OPTIONS']);
    const refused = await http().delete(`/things/${ID}`);
    expectProblem(refused, 'method_not_allowed');
    expect(refused.headers.allow).toBe('GET, HEAD, OPTIONS');
  });

  it('prefers a fixed name over a parameter, whatever the order of the list', async () => {
    expect((await http().post('/things/search')).status).toBe(204);
    expectProblem(await http().get('/things/search'), 'method_not_allowed');
  });

  it('is case sensitive and knows no other routes', async () => {
    for (const path of ['/Things', '/nope', '/', '//things', '/things/a/b'])
      expectProblem(await http().get(path), 'route_not_found');
  });

  it('sends what the client accepts or says that it cannot', async () => {
    for (const accept of ['*/*', 'application/json', 'application/*', 'text/html, */*;q=0.1'])
      expect((await http().get(`/things/${ID}`).set('Accept', accept)).status).toBe(200);
    expectProblem(await http().get(`/things/${ID}`).set('Accept', 'image/png'), 'not_acceptable');
    expectProblem(await http().get('/stream').set('Accept', 'application/json'), 'not_acceptable');
  });

  it('takes an absent body for an empty object', async () => {
    const answer = await http().post('/things');
    expect([answer.status, answer.body, answer.headers.location]).toEqual([201, { name: 'none' }, '/x']);
  });
});

describe('headers', () => {
  it('keeps a sane request id and replaces any other', async () => {
    expect((await http().get('/nope').set('X-Request-Id', 'mine-1.2_3')).headers['x-request-id']).toBe('mine-1.2_3');
    for (const id of ['a b', 'x'.repeat(129), '{"a":1}'])
      expect((await http().get('/nope').set('X-Request-Id', id)).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forbids that an answer is run, framed or sniffed, and does not name the framework', async () => {
    const { headers } = await http().get(`/things/${ID}`);
    expect(headers).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('lets a listed origin read the answer and the headers it needs', async () => {
    const { headers } = await http().get(`/things/${ID}`).set('Origin', 'https://app.example');
    expect(headers['access-control-allow-origin']).toBe('https://app.example');
    for (const name of [
      'Content-Location',
      'Location',
      'Link',
      'X-Pagination-Next',
      'X-Request-Id',
      'Idempotent-Replayed',
    ])
      expect(headers['access-control-expose-headers']).toContain(name);
  });

  it('answers the preflight of a listed origin and refuses that of another', async () => {
    const preflight = (origin: string) =>
      http().options('/things').set({
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'x-api-key',
      });
    const allowed = await preflight('https://app.example');
    expect([allowed.status, allowed.headers['access-control-allow-headers']]).toEqual([204, 'x-api-key']);
    expect(allowed.headers['access-control-allow-methods']).toContain('PATCH');
    const refused = await preflight('https://evil.example');
    expectProblem(refused, 'origin_not_allowed');
    expect(refused.headers).not.toHaveProperty('access-control-allow-origin');
    const plain = await http().get(`/things/${ID}`).set('Origin', 'https://evil.example');
    expect(plain.status).toBe(200);
    expect(plain.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('errors', () => {
  it('tells nothing of a bug to the client and everything to the log, once, under one request id', async () => {
    const answer = await http().get('/fail/bug');
    const problem = expectProblem(answer, 'internal_error');
    expect(answer.text).not.toContain('secret-of-the-inside');
    const lines = frame.lines.filter((line) => line.request_id === problem.request_id);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 50, status: 500, err: { message: 'secret-of-the-inside' } });
  });

  it('says which store is away, and when to come back', async () => {
    for (const [how, code] of [
      ['mongo', 'database_unavailable'],
      ['redis', 'queue_unavailable'],
    ] as const) {
      const answer = await http().get(`/fail/${how}`);
      expectProblem(answer, code);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.text).not.toContain('10.0.0.5');
    }
  });

  it('adds the members that belong to a code', async () => {
    expect(expectProblem(await http().get('/fail/busy'), 'thread_busy')).toMatchObject({
      detail: 'A run is active.',
      active_run_id: 'r1',
    });
  });

  it('breaks the connection when an answer fails in the middle, because a clean end would look complete', async () => {
    await expect(
      fetch(`http://127.0.0.1:${frame.port}/stream?break=1`).then((answer) => answer.text()),
    ).rejects.toThrow();
  });
});

describe('requests', () => {
  it('aborts the signal of a handler when its client leaves', async () => {
    const client = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${frame.port}/stream`, { signal: client.signal });
    expect(answer.status).toBe(200);
    client.abort();
    await waitFor(() => aborted.length > 0, { what: 'the abort' });
    expect(aborted[0]).toBeInstanceOf(Error);
  });

  it('logs one line with ids and duration, and neither query nor headers nor body', async () => {
    await http()
      .post('/things?canary=1')
      .set('X-Api-Key', 'canary-key')
      .set('X-Request-Id', 'log-1')
      .send({ name: 'canary-name' });
    await http().get(`/things/${ID}`).set('X-Request-Id', 'log-2');
    const find = (id: string) => frame.lines.filter((line) => line.request_id === id);
    await waitFor(() => find('log-2').length === 1, { what: 'the line' });
    expect(find('log-1')).toHaveLength(1);
    expect(JSON.stringify(frame.lines)).not.toContain('canary');
    expect(find('log-2')[0]).toMatchObject({
      method: 'GET',
      path: `/things/${ID}`,
      status: 200,
      thing_id: ID,
      project_id: '00000000-0000-7000-8000-000000000001',
      duration_ms: expect.any(Number),
    });
  });
});
