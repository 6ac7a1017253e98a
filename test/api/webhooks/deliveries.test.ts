import { Webhook as Verifier } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PROJECT_ID } from '../../../src/shared/domain/ids.ts';
import type { Delivery, Webhook } from '../../../src/shared/domain/webhook.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type Received, useWebhookReceiver } from '../../support/webhook-receiver.ts';

type WithSecret = Webhook & { secret: string };
interface Payload {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

const receiver = useWebhookReceiver();
const skein = useSkein({ env: { WEBHOOK_TIMEOUT_MS: '300' } });

async function addEndpoint(url: string, events = ['run.completed'], fields: object = {}): Promise<WithSecret> {
  const { status, body } = await skein.send<WithSecret>('POST', '/webhooks', { url, events, ...fields });
  expect(status).toBe(201);
  return body;
}
const remove = ({ webhook_id }: Webhook) => skein.send('DELETE', `/webhooks/${webhook_id}`);
const deliveriesOf = async ({ webhook_id }: Webhook) =>
  (await skein.send<Delivery[]>('GET', `/webhooks/${webhook_id}/deliveries`)).body;
const settled = (webhook: Webhook, status: Delivery['status']) =>
  waitFor(async () => (await deliveriesOf(webhook)).find((one) => one.status === status), { what: `it is ${status}` });
/** Checks the signature as receivers do. */
const verified = ({ headers, body }: Received, secret: string) =>
  new Verifier(secret).verify(body, headers as Record<string, string>) as Payload;
async function runOnce(fields: object = {}) {
  const { thread_id } = await skein.createThread();
  return skein.run({ thread_id, input: asks({ chunks: ['hello'] }), ...fields });
}

describe('the end of a run', () => {
  it('is told once, signed, in the shape of Standard Webhooks, without what the run was given and said', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const run = await runOnce({ metadata: { order: 7 }, input: asks({ chunks: ['canary-answer'] }) });
    const [request] = await endpoint.got(1);
    if (!request) throw new Error('nothing came');
    const { type, timestamp, data } = verified(request, webhook.secret);
    expect([type, timestamp]).toEqual(['run.completed', run.finished_at]);
    expect(data).toMatchObject({
      run_id: run.run_id,
      thread_id: run.thread_id,
      project_id: DEFAULT_PROJECT_ID,
      status: 'completed',
      metadata: { order: 7 },
      usage: run.usage,
      last_error: null,
      finished_at: run.finished_at,
    });
    expect(request.body).not.toMatch(/canary-answer|fake|instructions/);
    expect(request.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'skein-webhooks' });

    const delivery = await settled(webhook, 'delivered');
    expect(delivery).toMatchObject({
      message_id: request.headers['webhook-id'],
      subject_id: run.run_id,
      attempts: 1,
      next_attempt_at: null,
      payload: { type, timestamp },
      log: [{ status_code: 204, error: null, excerpt: '' }],
    });
    const path = `/webhooks/${webhook.webhook_id}/deliveries/${delivery.delivery_id}`;
    expect((await skein.send('GET', path)).body).toEqual(delivery);
    expect(endpoint.requests).toHaveLength(1);
    await waitFor(async () => (await skein.models.runs.findById(run.run_id).lean())?.hooks === false, {
      what: 'the run is marked as told',
    });
    await remove(webhook);
  });

  it.each([
    ['run.failed', [{ fault: { kind: 'status', status: 400 } }], {}],
    ['run.incomplete', [{ chunks: ['x'], finish_reason: 'length' }], {}],
  ])('is told as %s', async (type, steps, fields) => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url, [type]);
    const run = await runOnce({ input: asks({ steps: [steps as never] }), ...fields });
    const [request] = await endpoint.got(1);
    expect(request && verified(request, webhook.secret)).toMatchObject({
      type,
      data: { status: type.slice(4), last_error: run.last_error },
    });
    await remove(webhook);
  });

  it('is told to those who want to hear of it, and to no others', async () => {
    const [wants, other, disabled] = [receiver.endpoint(), receiver.endpoint(), receiver.endpoint()];
    const webhooks = [
      await addEndpoint(wants.url, ['run.completed', 'run.failed']),
      await addEndpoint(other.url, ['run.failed', 'batch.completed']),
      await addEndpoint(disabled.url, ['run.completed'], { enabled: false }),
    ];
    await runOnce();
    await wants.got(1);
    const counts = await Promise.all(webhooks.map(async (webhook) => (await deliveriesOf(webhook)).length));
    expect([counts, other.requests.length, disabled.requests.length]).toEqual([[1, 0, 0], 0, 0]);
    for (const webhook of webhooks) await remove(webhook);
  });

  it('is told to the URL that the run names, with a secret of its own or unsigned', async () => {
    const endpoint = receiver.endpoint();
    const secret = `whsec_${Buffer.from('a secret of 24 bytes....').toString('base64')}`;
    const signed = await runOnce({ webhook: { url: endpoint.url, secret } });
    expect(signed.webhook).toEqual({ url: endpoint.url });
    expect(JSON.stringify(await skein.models.runs.findById(signed.run_id).lean())).not.toContain(secret);
    const [request] = await endpoint.got(1);
    expect(request && verified(request, secret)).toMatchObject({ data: { run_id: signed.run_id } });
    await runOnce({ webhook: { url: endpoint.url } });
    const requests = await endpoint.got(2);
    expect(requests[1]?.headers).not.toHaveProperty('webhook-signature');
    expect(requests[1]?.headers['webhook-id']).not.toBe(request?.headers['webhook-id']);
  });
});

it('a run that waits for the client is told of each time it waits, with the names of the calls only', async () => {
  const endpoint = receiver.endpoint();
  const webhook = await addEndpoint(endpoint.url, ['run.requires_action', 'run.completed']);
  const parameters = { type: 'object', properties: {} };
  const assistant = await skein.createAssistant({
    tools: [{ type: 'function', function: { name: 'ask', description: 'x', parameters } }],
  });
  const { thread_id } = await skein.createThread(assistant.assistant_id);
  const call = { tool_calls: [{ name: 'ask', arguments: { secret: 'canary-argument' } }] };
  const run = await skein.createRun({ thread_id, input: asks({ steps: [call, call, { chunks: ['done'] }] }) });
  for (const count of [1, 2]) {
    const requests = await endpoint.got(count);
    const { data } = JSON.parse(requests[count - 1]?.body ?? '{}') as Payload;
    expect(data).toMatchObject({ status: 'requires_action', required_action: { tool_calls: [{ name: 'ask' }] } });
    const waiting = await skein.waitForRun(run.run_id, 'requires_action');
    const outputs = waiting.required_action?.tool_calls.map(({ id }) => ({ tool_call_id: id, output: 'ok' }));
    await skein.send('POST', `/runs/${run.run_id}/tool_outputs`, { tool_outputs: outputs });
  }
  const requests = await endpoint.got(3);
  expect(requests.map(({ body }) => (JSON.parse(body) as Payload).type)).toEqual([
    'run.requires_action',
    'run.requires_action',
    'run.completed',
  ]);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
  expect(requests.some(({ body }) => body.includes('canary'))).toBe(false);
  await remove(webhook);
});

describe('a receiver', () => {
  it('that fails three times gets the same message again until it answers, under one id with new signatures', async () => {
    const endpoint = receiver.endpoint((res, count) =>
      count <= 3 ? res.writeHead(500).end(`no\n\u0000${count}`) : res.writeHead(200).end('yes'),
    );
    const webhook = await addEndpoint(endpoint.url);
    await runOnce();
    const requests = await endpoint.got(4);
    for (const request of requests) verified(request, webhook.secret);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    const { attempts, log } = await settled(webhook, 'delivered');
    expect([attempts, log.map(({ status_code }) => status_code)]).toEqual([4, [500, 500, 500, 200]]);
    expect(log[0]).toMatchObject({ error: 'The answer was 500.', excerpt: 'no 1' });
    await remove(webhook);
  });

  it('that never answers is given up and disabled in the end, and can be enabled again', async () => {
    const endpoint = receiver.endpoint((res, count) => count > 4 && res.writeHead(200).end());
    const webhook = await addEndpoint(endpoint.url);
    await runOnce();
    const failed = await settled(webhook, 'failed');
    expect(failed.attempts).toBe(4);
    expect(failed.log.map(({ error, status_code }) => [error, status_code])).toEqual(
      Array(4).fill(['It took longer than 300 ms.', null]),
    );
    const get = async () => (await skein.send<Webhook>('GET', `/webhooks/${webhook.webhook_id}`)).body;
    const disabled = await waitFor(async () => ((await get()).enabled ? null : get()), { what: 'it is disabled' });
    expect(disabled.disabled_reason).toBe('failing');
    await skein.send('PATCH', `/webhooks/${webhook.webhook_id}`, { enabled: true });
    expect(await get()).toMatchObject({ enabled: true, disabled_reason: null });

    const path = `/webhooks/${webhook.webhook_id}/deliveries/${failed.delivery_id}/replay`;
    const { status, body } = await skein.send<Delivery>('POST', path);
    expect([status, body.status]).toEqual([202, 'pending']);
    const replayed = await settled(webhook, 'delivered');
    expect(replayed).toMatchObject({ delivery_id: failed.delivery_id, attempts: 5 });
    const ids = new Set(endpoint.requests.map(({ headers }) => headers['webhook-id']));
    expect([ids.size, endpoint.requests.length]).toEqual([1, 5]);
    await remove(webhook);
  });

  it('that says it is gone is not asked again', async () => {
    const endpoint = receiver.endpoint((res) => res.writeHead(410).end());
    const webhook = await addEndpoint(endpoint.url);
    await runOnce();
    expect((await settled(webhook, 'failed')).attempts).toBe(1);
    await waitFor(
      async () => (await skein.send<Webhook>('GET', `/webhooks/${webhook.webhook_id}`)).body.disabled_reason === 'gone',
      { what: 'it is disabled' },
    );
    await runOnce();
    expect(endpoint.requests).toHaveLength(1);
    await remove(webhook);
  });

  it('that asks for time gets it', async () => {
    const endpoint = receiver.endpoint((res, count) =>
      count === 1 ? res.writeHead(503, { 'retry-after': '1' }).end() : res.writeHead(204).end(),
    );
    const webhook = await addEndpoint(endpoint.url);
    await runOnce();
    const [first, second] = await endpoint.got(2);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    await remove(webhook);
  });

  it('that redirects is not followed', async () => {
    const target = receiver.endpoint();
    const endpoint = receiver.endpoint((res) => res.writeHead(307, { location: target.url }).end());
    const webhook = await addEndpoint(endpoint.url);
    await runOnce();
    expect((await settled(webhook, 'failed')).log[0]).toMatchObject({ status_code: 307 });
    expect(target.requests).toEqual([]);
    await remove(webhook);
  });

  it('that is slow slows no run, and holds a part of the slots only', async () => {
    let [open, most] = [0, 0];
    const slow = receiver.endpoint((res) => {
      open += 1;
      most = Math.max(most, open);
      res.once('close', () => {
        open -= 1;
      });
    });
    const quick = receiver.endpoint();
    const webhooks = [await addEndpoint(slow.url), await addEndpoint(quick.url)];
    const runs = await Promise.all(Array.from({ length: 30 }, () => runOnce()));
    expect(runs.filter(({ status }) => status === 'completed')).toHaveLength(30);
    await quick.got(30, 10_000);
    await slow.got(6, 10_000);
    // Of 20 slots; what is put off does not count as an attempt.
    expect(most).toBe(5);
    expect(
      (await deliveriesOf(webhooks[0] as Webhook)).filter(({ attempts, log }) => attempts > log.length + 1),
    ).toEqual([]);
    for (const webhook of webhooks) await remove(webhook);
  });
});

describe('a rotated secret', () => {
  it('signs beside the old one, and alone when the old one is not kept', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const rotate = async (body: object) =>
      (await skein.send<WithSecret>('POST', `/webhooks/${webhook.webhook_id}/rotate_secret`, body)).body.secret;
    const second = await rotate({});
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
    const [both] = await endpoint.got(1);
    if (!both) throw new Error('nothing came');
    expect(both.headers['webhook-signature']?.toString().split(' ')).toHaveLength(2);
    for (const secret of [webhook.secret, second]) expect(verified(both, secret).type).toBe('ping');

    const third = await rotate({ keep_old_seconds: 0 });
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
    const alone = (await endpoint.got(2))[1];
    if (!alone) throw new Error('nothing came');
    expect(verified(alone, third).type).toBe('ping');
    for (const secret of [webhook.secret, second]) expect(() => verified(alone, secret)).toThrow(/No matching/);
    await remove(webhook);
  });
});

it('lists deliveries in pages, newest first', async () => {
  const endpoint = receiver.endpoint();
  const webhook = await addEndpoint(endpoint.url);
  for (let n = 0; n < 3; n += 1) await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
  await endpoint.got(3);
  const all = await deliveriesOf(webhook);
  const paged: Delivery[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page = await skein.send<Delivery[]>('GET', `/webhooks/${webhook.webhook_id}/deliveries?limit=2${query}`);
    paged.push(...page.body);
    cursor = page.headers.get('x-pagination-next');
  }
  expect(paged.map(({ delivery_id }) => delivery_id)).toEqual(all.map(({ delivery_id }) => delivery_id));
  expect(new Set(paged.map(({ delivery_id }) => delivery_id)).size).toBe(3);
  const times = paged.map(({ created_at }) => created_at);
  expect(times).toEqual(times.toSorted().reverse());
  await remove(webhook);
});
