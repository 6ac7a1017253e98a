import { randomUUID } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { closeOf, names, openLog, storedFrames, textOf, usage, writeRun } from '../../integration/run-events/setup.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordRun, serveLog } from './setup.ts';

async function ownRedis(port?: number): Promise<RedisProcess> {
  const redis = await startRedis(port === undefined ? {} : { port });
  onTestFinished(() => redis.kill());
  return redis;
}

describe('a viewer of a run', () => {
  it('gets every event once and in order while its Redis connections are cut again and again', async () => {
    const redis = await ownRedis();
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { heartbeatMs: 100, record: recordRun(log, 'queued') });
    const client = await join();
    const writer = log.openWriter();
    const messageId = randomUUID();
    writer.emit('metadata', { run_id: log.runId, thread_id: randomUUID(), attempt: 1, status: 'in_progress' });
    await writer.flush();
    let text = '';
    let cuts = 0;
    for (let round = 0; round < 6; round++) {
      const closed = closeOf(round % 2 === 0 ? log.subscriber : log.command);
      const id = await (round % 2 === 0 ? log.subscriber : log.command).client('ID');
      const kind = round % 2 === 0 ? 'pubsub' : 'normal';
      const killed = await log.admin.call('CLIENT', 'KILL', 'TYPE', kind, 'ID', String(id));
      cuts += Number(killed);
      await closed;
      for (let i = 0; i < 30; i++) {
        const delta = `${round}.${i} `;
        writer.text(messageId, text.length, delta);
        text += delta;
        await writer.flush();
      }
      await waitFor(() => log.subscriber.status === 'ready' && log.command.status === 'ready', { what: 'reconnected' });
    }
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.flush();
    expect(cuts).toBe(6);
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
    expect(textOf(client.events(), messageId)).toBe(text);
  });

  it('catches up after its subscription was lost, without waiting for the next event or a heartbeat', async () => {
    const redis = await ownRedis();
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { heartbeatMs: 60_000, record: recordRun(log, 'queued') });
    const client = await join();
    const writer = log.openWriter();
    await writeRun(log, { writer, done: false });
    await client.until('live events', (events) => events.length === 6);
    const closed = closeOf(log.subscriber);
    expect(Number(await log.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub'))).toBe(1);
    await closed;
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.flush();
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
  });

  it('survives a Redis that is killed and started again empty', async () => {
    const redis = await ownRedis();
    const log = await openLog(redis.url);
    const { join, record, hub } = await serveLog(log, { heartbeatMs: 50, record: recordRun(log, 'queued') });
    const client = await join();
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer, done: false });
    record.progress = { status: 'in_progress', position: null, usage };
    await client.until('live events', (events) => events.length === 6);
    await redis.kill();
    const heartbeats = client.raw().split(': heartbeat').length;
    const asked = record.asked;
    await waitFor(() => client.raw().split(': heartbeat').length > heartbeats + 2, { what: 'heartbeats go on' });
    expect(record.asked).toBeGreaterThan(asked);
    await ownRedis(redis.port);
    await waitFor(() => log.publisher.status === 'ready' && log.admin.status === 'ready', { what: 'reconnected' });
    await client.until('the snapshot', (events) => events.at(-1)?.event === 'snapshot');
    writer.text(messageId, text.length, ' after the loss');
    await writer.flush();
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.close();
    expect(await client.ended).toBe('end');
    expect(names(client.events()).slice(6)).toEqual(['snapshot', 'text', 'text', 'done']);
    expect(textOf(client.events(), messageId)).toBe(`${text} after the loss`);
    await waitFor(() => hub.stats().viewers === 0 && hub.stats().subscriptions === 0, { what: 'nothing is left' });
  });

  it('gets snapshot and done from the record while Redis is away', async () => {
    const redis = await ownRedis();
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 50, record: recordRun(log, 'queued') });
    await redis.kill();
    await waitFor(() => log.subscriber.status !== 'ready' && log.command.status !== 'ready', {
      what: 'the loss is noticed',
    });
    const client = await join();
    expect(client.response.statusCode).toBe(200);
    await waitFor(() => record.asked > 1, { what: 'the record is asked' });
    expect(client.text()).toBe('');
    record.progress = { status: 'completed', position: null, usage };
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['snapshot', 'done']);
    const late = await join();
    expect(await late.ended).toBe('end');
    expect(names(late.events())).toEqual(['snapshot', 'done']);
  });

  it('is not held up by a Redis that hangs', async () => {
    const redis = await ownRedis();
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 50, record: recordRun(log) });
    process.kill(redis.pid, 'SIGSTOP');
    const client = await join();
    await waitFor(() => client.raw().includes(': heartbeat'), { what: 'heartbeats' });
    record.progress = { status: 'completed', position: null, usage };
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['snapshot', 'done']);
  });
});
