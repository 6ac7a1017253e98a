import { getEventListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitForDone } from '../../../src/api/sse/wait-for-done.ts';
import { openLog, usage, writeRun } from '../../integration/run-events/setup.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordRun } from './setup.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

async function openWait(heartbeatMs: number) {
  const log = await openLog(redis.url);
  const hub = log.openHub();
  const record = recordRun(log);
  const controller = new AbortController();
  const { signal } = controller;
  const waiting = waitForDone({ hub, source: record, runId: log.runId, signal, heartbeatMs });
  await waitFor(async () => Number((await log.admin.pubsub('NUMSUB', log.key))[1]) === 1, { what: 'subscribed' });
  return { log, hub, record, controller, signal, waiting };
}

describe('waiting for a run', () => {
  it('is woken by done and believes only the record', async () => {
    const { log, hub, record, waiting, signal } = await openWait(60_000);
    await waitFor(() => record.asked === 2, { what: 'asked at the beginning and when subscribed' });
    await writeRun(log, { writer: log.openWriter() });
    await waitFor(() => record.asked === 3, { what: 'asked at done' });
    record.progress = { status: 'completed', position: null, usage };
    await writeRun(log, { writer: log.openWriter(2), attempt: 2 });
    expect(await waiting).toMatchObject({ status: 'completed' });
    expect(hub.stats()).toEqual({ viewers: 0, subscriptions: 0 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends without any event when the record says so, also after the record was away', async () => {
    const { record, waiting } = await openWait(20);
    record.away = true;
    const asked = record.asked;
    await waitFor(() => record.asked > asked + 2, { what: 'it asks again' });
    record.away = false;
    record.progress = { status: 'failed', position: null, usage };
    expect(await waiting).toMatchObject({ status: 'failed' });
  });

  it('answers null when the run was deleted', async () => {
    const { record, waiting } = await openWait(20);
    record.progress = null;
    expect(await waiting).toBeNull();
  });

  it('ends at once when it is aborted, and releases everything', async () => {
    const { hub, controller, signal, waiting } = await openWait(60_000);
    const reason = new Error('the client left');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(hub.stats()).toEqual({ viewers: 0, subscriptions: 0 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
