import { beforeAll, describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../src/api/api-deps.ts';
import { createEndpoints } from '../../src/api/endpoints.ts';
import { newId } from '../../src/shared/domain/ids.ts';
import { startFakeModel } from '../support/fake-model/start-fake-model.ts';
import { type ApiProcess, type TestProcess, useProcesses } from '../support/processes.ts';
import { useServices } from '../support/services.ts';
import { asks } from '../support/skein.ts';
import { createClient } from '../support/skein-client.ts';
import { waitFor } from '../support/wait-for.ts';

const services = useServices();
const processes = useProcesses({ scope: 'file' });

/** Each in one place where a secret, or what people write, comes in. None may be in any line of any process, at the finest level. */
const CANARY = {
  admin: 'canary-of-the-admin-key-0123456789',
  secret: 'canary-of-the-key-secret-0123456789',
  provider: 'sk-canary-of-the-provider-key',
  badKey: `skein_${'canary0badkey'.repeat(4).slice(0, 49)}`,
  badBearer: 'canary-of-a-bad-bearer',
  badCookie: 'canary-of-a-bad-cookie',
  message: 'canary-of-a-message',
  instructions: 'canary-of-instructions',
  metadata: 'canary-of-metadata',
  query: 'canary-of-a-query',
  body: 'canary-of-a-bad-body',
  answer: 'canary-of-an-answer',
  providerSaid: 'canary-of-what-the-provider-said',
  toolOutput: 'canary-of-a-tool-output',
} as const;

const state = {} as { api: ApiProcess; worker: TestProcess; made: string[] };

beforeAll(async () => {
  const model = await startFakeModel();
  const env = {
    ...services.env,
    AUTH_MODE: 'api_key',
    ADMIN_KEY: CANARY.admin,
    KEY_SECRET: CANARY.secret,
    OPENAI_API_KEY: CANARY.provider,
    OPENAI_BASE_URL: model.baseUrl,
    DEFAULT_MODEL: 'fake-model',
    LOG_LEVEL: 'trace',
    HEARTBEAT_MS: '200',
    WORKER_LOST_MS: '5000',
    SWEEP_MS: '200',
    OUTBOUND_ALLOW: '127.0.0.1:9',
  };
  state.api = await processes.startApi(env);
  state.worker = await processes.startWorker(env);
  state.made = [];
  return () => model.stop();
});

const admin = { 'x-api-key': CANARY.admin };
const client = createClient(() => state.api.url);

/** Everything that clients send, rightly and wrongly, with canaries in it. */
async function useEverything(): Promise<void> {
  const post = async <T>(path: string, body: unknown, headers: Record<string, string> = admin) =>
    (await client.send<T>('POST', path, body, headers)).body;
  const project = await post<{ project_id: string }>('/projects', { name: CANARY.metadata });
  const key = await post<{ key: string }>(`/projects/${project.project_id}/keys`, { name: 'k', scopes: ['runs'] });
  const signedIn = await fetch(`${state.api.url}/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: state.api.url },
    body: JSON.stringify({ key: key.key }),
  });
  const cookie = signedIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const token = cookie.split('=')[1] ?? '';
  expect([key.key.length, token.length > 20]).toEqual([55, true]);
  state.made.push(key.key, token);

  const mine = { 'x-api-key': key.key };
  const client_tool = { type: 'function', function: { name: 'ask', description: 'd', parameters: { type: 'object' } } };
  const { assistant_id } = await post<{ assistant_id: string }>(
    '/assistants',
    {
      name: CANARY.metadata,
      instructions: CANARY.instructions,
      tools: [{ type: 'builtin', name: 'calculator' }, client_tool],
      metadata: { note: CANARY.metadata },
    },
    mine,
  );
  const { thread_id } = await post<{ thread_id: string }>('/threads', { name: CANARY.metadata, assistant_id }, mine);
  const run = (script: Parameters<typeof asks>[0], path = '/runs/wait') =>
    post<{ run_id: string; status: string }>(path, { thread_id, input: `${CANARY.message} ${asks(script)}` }, mine);
  const hook = await post<{ secret: string }>(
    '/webhooks',
    { url: 'http://127.0.0.1:9/hook', events: ['run.completed', 'run.failed'] },
    mine,
  );
  expect(hook.secret).toMatch(/^whsec_/);
  state.made.push(hook.secret, hook.secret.slice('whsec_'.length));
  const error = { error: { message: `${CANARY.providerSaid} ${CANARY.provider} ${CANARY.message}`, type: 'x' } };

  expect(await run({ chunks: [CANARY.answer] })).toMatchObject({ status: 'completed' });
  for (const status of [400, 401, 403])
    expect(await run({ fault: { kind: 'status', status, body: error } })).toMatchObject({ status: 'failed' });
  const once = (fault: object) => ({ steps: [[{ fault } as never, { chunks: ['ok'] }]] });
  await run(once({ kind: 'status', status: 500, body: error }));
  await run(once({ kind: 'error_event', after: 0, error: error.error }));
  await run(once({ kind: 'invalid_chunk', after: 1 }));
  await run({
    steps: [{ tool_calls: [{ name: 'calculator', arguments: { expression: CANARY.message } }] }, { tokens: 1 }],
  });
  const asking = await run(
    { steps: [{ tool_calls: [{ id: 'c1', name: 'ask', arguments: { q: CANARY.message } }] }, { tokens: 1 }] },
    '/runs',
  );
  await waitFor(
    async () => {
      const { body } = await client.send<{ status: string }>('GET', `/runs/${asking.run_id}`, undefined, mine);
      return body.status === 'requires_action';
    },
    { what: 'the client is needed' },
  );
  await post(
    `/runs/${asking.run_id}/tool_outputs`,
    { tool_outputs: [{ tool_call_id: 'c1', output: CANARY.toolOutput }] },
    mine,
  );
  const stream = await fetch(`${state.api.url}/runs/stream`, {
    method: 'POST',
    headers: { ...mine, 'content-type': 'application/json' },
    body: JSON.stringify({ thread_id, input: `${CANARY.message} ${asks({ chunks: [CANARY.answer] })}` }),
  });
  expect(await stream.text()).toContain(CANARY.answer);

  // Every route, with credentials that are wrong in every way, and with bodies and queries that are.
  const ids = { thread_id, run_id: asking.run_id, assistant_id, project_id: project.project_id, key_id: newId() };
  for (const { contract } of createEndpoints({} as ApiDeps)) {
    // Two of these would wait for the end of time.
    if (contract.path.endsWith('/stream') && contract.method === 'get') continue;
    const path = contract.path.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name as keyof typeof ids] ?? 'x');
    const method = contract.method.toUpperCase();
    const body = contract.body ? { body: JSON.stringify({ nonsense: CANARY.body, input: CANARY.body }) } : {};
    const type = contract.body ? { 'content-type': 'application/json' } : {};
    for (const headers of [
      { 'x-api-key': CANARY.badKey },
      { authorization: `Bearer ${CANARY.badBearer}` },
      { cookie: `skein_session=${CANARY.badCookie}` },
      { cookie },
      ...(method === 'DELETE' ? [] : [mine, admin]),
    ]) {
      const response = await fetch(`${state.api.url}${path}?q=${CANARY.query}`, {
        method,
        headers: { ...type, ...headers } as Record<string, string>,
        ...body,
      });
      expect(response.status, `${method} ${path}`).not.toBe(500);
      await response.arrayBuffer();
    }
  }
  for (const text of [`{"input": "${CANARY.body}`, CANARY.body, `{"input": {"$where": "${CANARY.body}"}}`])
    await fetch(`${state.api.url}/runs`, {
      method: 'POST',
      headers: { ...mine, 'content-type': 'application/json' },
      body: text,
    });
}

describe('the log of API and worker', () => {
  it('has a line for each request, run and step, with ids and durations, and no secret and no word of anybody', async () => {
    await useEverything();
    const { api, worker } = state;
    await waitFor(() => worker.logs.filter((line) => line.msg === 'run executed').length >= 9, { what: 'all runs' });
    const [request] = api.logs.filter((line) => line.path === '/runs/wait');
    expect(request).toMatchObject({
      msg: 'request',
      request_id: expect.any(String),
      project_id: expect.any(String),
      key_id: expect.any(String),
      method: 'POST',
      status: 200,
      duration_ms: expect.any(Number),
    });
    const [run] = worker.logs.filter((line) => line.msg === 'run executed');
    const ids = { run_id: expect.any(String), thread_id: expect.any(String), attempt: 1 };
    expect(run).toMatchObject({ ...ids, status: 'completed', duration_ms: expect.any(Number) });
    const steps = worker.logs.filter((line) => line.msg === 'step committed' && line.source === 'model');
    expect(steps[0]).toMatchObject({ ...ids, step: 1, finish_reason: 'stop', duration_ms: expect.any(Number) });
    expect(worker.logs.filter((line) => line.msg === 'model call failed').length).toBeGreaterThanOrEqual(5);
    await api.stop();
    await worker.stop();

    const lines = [...api.logs, ...worker.logs].map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(400);
    for (const canary of [...Object.values(CANARY), ...state.made])
      expect(lines.filter((line) => line.includes(canary))).toEqual([]);
  });
});
