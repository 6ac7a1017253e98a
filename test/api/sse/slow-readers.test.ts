import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openLog, storedFrames, writeRun } from '../../integration/run-events/setup.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordRun, serveLog } from './setup.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

const bigParts = Array.from({ length: 200 }, (_, i) => `${i % 10}`.repeat(60_000));

/** A client that asks and never reads. */
async function neverReads(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  await once(socket, 'connect');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  onTestFinished(() => void socket.destroy());
  return socket;
}

describe('clients that never read', () => {
  it('cost a bounded buffer each, are cut off, and delay no other client', async () => {
    const log = await openLog(redis.url);
    const limits = { maxUnsentBytes: 1_048_576, drainMs: 4000 };
    const { join, server, port, streams, hub } = await serveLog(log, { limits, record: recordRun(log, 'queued') });
    const responses: ServerResponse[] = [];
    server.on('request', (_, res) => responses.push(res));
    let largest = 0;
    const sampler = setInterval(() => {
      for (const res of responses) largest = Math.max(largest, res.writableLength);
    }, 1);
    onTestFinished(() => clearInterval(sampler));
    await Promise.all(Array.from({ length: 20 }, () => neverReads(port)));
    const healthy = await join();
    await waitFor(() => streams.stats().open === 21, { what: 'all are connected' });
    await writeRun(log, { writer: log.openWriter(), parts: bigParts });
    expect(await healthy.ended).toBe('end');
    expect(healthy.text()).toBe(await storedFrames(log));
    expect(streams.stats().cutOff).toBe(0);
    await waitFor(() => streams.stats().cutOff === 20, { what: 'they are cut off' });
    await waitFor(() => hub.stats().viewers === 0 && hub.stats().subscriptions === 0, { what: 'nothing is left' });
    expect(largest).toBeGreaterThan(60_000);
    expect(largest).toBeLessThan(300_000);
  });

  it('are cut off when more than the limit is unsent', async () => {
    const log = await openLog(redis.url);
    const limits = { maxUnsentBytes: 1000, drainMs: 60_000 };
    const { port, streams } = await serveLog(log, { limits });
    await writeRun(log, { writer: log.openWriter(), parts: bigParts });
    await neverReads(port);
    await waitFor(() => streams.stats().cutOff === 1 && streams.stats().open === 0, { what: 'it is cut off' });
  });

  it('are cut off also when all that is left is the end of the stream', async () => {
    const log = await openLog(redis.url);
    const { port, streams } = await serveLog(log, { limits: { maxUnsentBytes: 1_048_576, drainMs: 100 } });
    await writeRun(log, { writer: log.openWriter(), parts: bigParts });
    const socket = await neverReads(port);
    await waitFor(() => streams.stats().cutOff === 1, { what: 'it is cut off' });
    await waitFor(() => streams.stats().open === 0, { what: 'it is released' });
    socket.resume();
  });
});

describe('a client that stops reading for a while', () => {
  it('gets everything when it reads again, from the log and not from memory', async () => {
    const log = await openLog(redis.url);
    const { join, streams } = await serveLog(log, { record: recordRun(log, 'queued') });
    const client = await join();
    client.response.pause();
    await writeRun(log, { writer: log.openWriter(), parts: bigParts });
    const sent = streams.stats().sentBytes;
    client.response.resume();
    expect(await client.ended).toBe('end');
    expect(sent).toBeLessThan(streams.stats().sentBytes);
    expect(client.text()).toBe(await storedFrames(log));
  });
});

describe('when a stream is over', () => {
  it('because the client left, everything is released', async () => {
    const log = await openLog(redis.url);
    const { join, streams, hub } = await serveLog(log);
    const clients = await Promise.all([join(), join(), join()]);
    await waitFor(() => hub.stats().viewers === 3, { what: 'three viewers' });
    for (const client of clients) client.leave();
    await waitFor(() => streams.stats().open === 0 && hub.stats().viewers === 0, { what: 'nothing is left' });
    await waitFor(async () => (await log.admin.pubsub('CHANNELS')).length === 0, { what: 'unsubscribed' });
  });

  it('because the process stops, the connection is cut and not ended', async () => {
    const log = await openLog(redis.url);
    const { join, streams, hub } = await serveLog(log);
    const client = await join();
    await waitFor(() => hub.stats().viewers === 1, { what: 'one viewer' });
    streams.closeAll();
    expect(await client.ended).toBe('cut');
    await waitFor(() => streams.stats().open === 0 && hub.stats().subscriptions === 0, { what: 'nothing is left' });
  });

  it('the listeners on shared connections do not grow', async () => {
    const log = await openLog(redis.url);
    const { join, hub } = await serveLog(log);
    await writeRun(log, { writer: log.openWriter() });
    const count = () =>
      [log.subscriber, log.command].flatMap((c) => c.eventNames().map((name) => c.listenerCount(name)));
    const before = count();
    for (let i = 0; i < 20; i++) expect(await (await join()).ended).toBe('end');
    expect(count()).toEqual(before);
    await waitFor(() => hub.stats().viewers === 0, { what: 'no viewer' });
  });
});
