import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_PROJECT_ID } from '../../src/shared/domain/ids.ts';
import type { Delivery, Webhook } from '../../src/shared/domain/webhook.ts';
import { connectMongo } from '../../src/shared/mongo/connect-mongo.ts';
import { createWebhookModels, type WebhookModels } from '../../src/shared/mongo/webhook-models.ts';
import { createWebhookRepository } from '../../src/shared/mongo/webhook-repository.ts';
import { useProcesses } from '../support/processes.ts';
import { asks, useSkein } from '../support/skein.ts';
import { waitFor } from '../support/wait-for.ts';
import { useWebhookReceiver } from '../support/webhook-receiver.ts';

const receiver = useWebhookReceiver();
const skein = useSkein({ workers: 0, env: { WEBHOOK_TIMEOUT_MS: '400', SWEEP_MS: '150' } });
const processes = useProcesses();
const RUNS_ONLY = { WEBHOOK_SLOTS: '0', SWEEP_MS: '86400000' };

let hooks: WebhookModels;
let close: () => Promise<void>;
beforeAll(async () => {
  const { mongoUrl, database } = skein.services;
  const connection = await connectMongo({ url: mongoUrl, database, poolSize: 2, appName: 'test' });
  hooks = createWebhookModels(connection);
  close = () => connection.destroy();
});
afterAll(() => close());

const addEndpoint = async (url: string) =>
  (await skein.send<Webhook>('POST', '/webhooks', { url, events: ['run.completed', 'run.cancelled'] })).body;
const deliveriesOf = async ({ webhook_id }: Webhook) =>
  (await skein.send<Delivery[]>('GET', `/webhooks/${webhook_id}/deliveries`)).body;
async function runOnce() {
  const { thread_id } = await skein.createThread();
  return skein.run({ thread_id, input: asks({ chunks: ['hello'] }) });
}
const remove = ({ webhook_id }: Webhook) => skein.send('DELETE', `/webhooks/${webhook_id}`);

describe('what happened to a run is told', () => {
  // First, while this API knows of no endpoint.
  it('of one that was accepted by a process that did not know of the endpoint yet', async () => {
    const worker = await skein.startWorker();
    const before = await runOnce();
    expect((await skein.models.runs.findById(before.run_id).lean())?.hooks).toBeUndefined();
    // As another API process makes it.
    const repository = createWebhookRepository(hooks);
    const input = { url: receiver.endpoint().url, events: ['run.completed' as const], description: '', enabled: true };
    const webhook = await repository.create(DEFAULT_PROJECT_ID, input, () => 'sealed');
    const run = await runOnce();
    await waitFor(async () => (await deliveriesOf(webhook)).length > 0, { what: 'it is announced' });
    expect((await deliveriesOf(webhook)).map(({ subject_id }) => subject_id)).toEqual([run.run_id]);
    await worker.stop();
    await remove(webhook);
  });

  it('after the worker was killed before it could be announced', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const worker = await skein.startWorker(RUNS_ONLY);
    const run = await runOnce();
    await waitFor(async () => (await deliveriesOf(webhook)).length === 1, { what: 'it is announced' });
    await worker.stop();
    // As it stands when the process ends right after the write of the run's end.
    await hooks.deliveries.deleteMany({});
    await skein.models.runs.updateOne({ _id: run.run_id }, { hooks: true });

    const other = await skein.startWorker();
    const [request] = await endpoint.got(1);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ type: 'run.completed', data: { run_id: run.run_id } });
    await waitFor(async () => (await skein.models.runs.findById(run.run_id).lean())?.hooks === false, { what: 'told' });
    await other.stop();
    await remove(webhook);
  });

  it('once, also when it is announced again after a crash between the delivery and the mark', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const workers = [await skein.startWorker(), await skein.startWorker()];
    const run = await runOnce();
    await endpoint.got(1);
    for (let n = 0; n < 3; n += 1) {
      await skein.models.runs.updateOne({ _id: run.run_id }, { hooks: true });
      await waitFor(async () => (await skein.models.runs.findById(run.run_id).lean())?.hooks === false, {
        what: 'told',
      });
    }
    expect([(await deliveriesOf(webhook)).length, endpoint.requests.length]).toEqual([1, 1]);
    for (const worker of workers) await worker.stop();
    await remove(webhook);
  });

  it('of one that was cancelled before a worker took it', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const { thread_id } = await skein.createThread();
    const run = await skein.createRun({ thread_id, input: 'x' });
    await skein.cancel(run.run_id);
    const worker = await skein.startWorker();
    const [request] = await endpoint.got(1);
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ type: 'run.cancelled', data: { run_id: run.run_id } });
    await worker.stop();
    await remove(webhook);
  });
});

describe('a delivery', () => {
  it('whose worker was killed in the middle of it is made by another one, under the same id', async () => {
    const endpoint = receiver.endpoint((res, count) => count > 1 && res.writeHead(204).end());
    const webhook = await addEndpoint(endpoint.url);
    const runs = await skein.startWorker(RUNS_ONLY);
    const killed = await processes.startWorker({ ...skein.env, LOG_LEVEL: 'info', SWEEP_MS: '86400000' });
    await runOnce();
    await endpoint.got(1);
    await killed.kill();
    const other = await skein.startWorker();
    const requests = await endpoint.got(2, 10_000);
    expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    const [delivery] = await waitFor(
      async () => {
        const all = await deliveriesOf(webhook);
        return all[0]?.status === 'delivered' && all;
      },
      { what: 'it is delivered' },
    );
    // The attempt of the dead worker counts, and nobody knows what came of it.
    expect([delivery?.attempts, delivery?.log.length]).toEqual([2, 1]);
    for (const worker of [runs, other]) await worker.stop();
    await remove(webhook);
  });

  it('is made although Redis forgot its bell', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
    const redis = new Redis(skein.services.redisUrl);
    const keys = await redis.keys(`${skein.services.redisPrefix}:queue:webhooks:*`);
    expect(keys.length).toBeGreaterThan(0);
    await redis.unlink(...keys);
    redis.disconnect();
    const worker = await skein.startWorker();
    await endpoint.got(1, 10_000);
    await worker.stop();
    await remove(webhook);
  });

  it('is handed on when its worker stops in the middle of it, and the attempt does not count', async () => {
    const endpoint = receiver.endpoint((res, count) => count > 1 && res.writeHead(204).end());
    const webhook = await addEndpoint(endpoint.url);
    const worker = await skein.startWorker();
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
    await endpoint.got(1);
    await worker.stop();
    expect(await deliveriesOf(webhook)).toMatchObject([{ status: 'pending', attempts: 0 }]);
    const other = await skein.startWorker();
    await endpoint.got(2);
    await waitFor(async () => (await deliveriesOf(webhook))[0]?.status === 'delivered', { what: 'it is delivered' });
    expect(await deliveriesOf(webhook)).toMatchObject([{ attempts: 1 }]);
    await other.stop();
    await remove(webhook);
  });

  it('that cannot be signed, because the worker has another secret, says so and is made by one that can', async () => {
    const endpoint = receiver.endpoint();
    const webhook = await addEndpoint(endpoint.url);
    const wrong = await skein.startWorker({
      KEY_SECRET: 'not the one of the API at all',
      WEBHOOK_BACKOFF_MS: '1,60000',
    });
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/ping`);
    const failed = await waitFor(async () => (await deliveriesOf(webhook)).find(({ log }) => log.length > 0), {
      what: 'an attempt is logged',
    });
    expect(failed.log[0]).toMatchObject({ status_code: null, error: expect.stringContaining('another KEY_SECRET') });
    expect(endpoint.requests).toEqual([]);
    await wrong.stop();
    const right = await skein.startWorker();
    await skein.send('POST', `/webhooks/${webhook.webhook_id}/deliveries/${failed.delivery_id}/replay`);
    await endpoint.got(1);
    await right.stop();
    await remove(webhook);
  });
});
