import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cursor, names, openLog, storedFrames, textOf, usage, writeRun } from '../../integration/run-events/setup.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordRun, serveLog } from './setup.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

describe('a stream', () => {
  it('sends its headers at once and says nothing before the run does', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { record: recordRun(log, 'queued') });
    const client = await join(null, 'fresh=1');
    expect(client.response.statusCode).toBe(200);
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(client.raw()).toBe('');
  });

  it('carries what the log holds byte for byte to each of several viewers, and ends after done', async () => {
    const log = await openLog(redis.url);
    const { join, hub } = await serveLog(log, { record: recordRun(log, 'queued') });
    const viewers = [await join(null, 'fresh=1'), await join()];
    await waitFor(async () => Number((await log.admin.pubsub('NUMSUB', log.key))[1]) === 1, { what: 'subscribed' });
    expect(hub.stats()).toEqual({ viewers: 2, subscriptions: 1 });
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer });
    const late = await join();
    for (const viewer of [...viewers, late]) {
      expect(await viewer.ended).toBe('end');
      expect(viewer.text()).toBe(await storedFrames(log));
      expect(textOf(viewer.events(), messageId)).toBe(text);
      expect(names(viewer.events()).at(-1)).toBe('done');
    }
    await waitFor(() => hub.stats().viewers === 0 && hub.stats().subscriptions === 0, { what: 'nothing is left' });
    await waitFor(async () => Number((await log.admin.pubsub('NUMSUB', log.key))[1]) === 0, { what: 'unsubscribed' });
  });

  it('reads the log of a fresh run not at all when it hears everything', async () => {
    const log = await openLog(redis.url);
    const { join, hub } = await serveLog(log, { record: recordRun(log, 'queued') });
    await log.admin.config('RESETSTAT');
    const client = await join(null, 'fresh=1');
    await waitFor(async () => Number((await log.admin.pubsub('NUMSUB', log.key))[1]) === 1, { what: 'subscribed' });
    await writeRun(log, { writer: log.openWriter() });
    expect(await client.ended).toBe('end');
    expect(await log.admin.info('commandstats')).not.toContain('cmdstat_xrange');
    expect(hub.stats().viewers).toBe(0);
  });

  it('finds a fresh run whose events came before the subscription', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { record: recordRun(log, 'queued') });
    await writeRun(log, { writer: log.openWriter() });
    const client = await join(null, 'fresh=1');
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
  });

  it('can be left after any event and rejoined there: the parts make the whole', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    const first = log.openWriter();
    await writeRun(log, { writer: first, done: false });
    await writeRun(log, { writer: log.openWriter(2), attempt: 2, parts: Array.from('another try at it') });
    const whole = await storedFrames(log);
    const frames = whole
      .split('\n\n')
      .slice(0, -1)
      .map((frame) => `${frame}\n\n`);
    expect(frames.length).toBeGreaterThan(20);
    for (const [index, frame] of frames.slice(0, -1).entries()) {
      const id = /^id: (.*)$/m.exec(frame)?.[1] ?? '';
      const rest = await join(id);
      expect(await rest.ended).toBe('end');
      expect(frames.slice(0, index + 1).join('') + rest.text()).toBe(whole);
    }
  });

  it('cut and rejoined again and again while the run is on, loses and repeats nothing', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { record: recordRun(log, 'queued') });
    const writer = log.openWriter();
    const writing = writeRun(log, { writer, parts: Array.from({ length: 300 }, (_, i) => `part ${i}\n`) });
    let collected = '';
    let after: string | null = null;
    let rejoined = 0;
    while (!collected.includes('\nevent: done\n')) {
      const client = await join(after);
      const seen = await client.until('some events', (events) => events.length > 0);
      client.leave();
      const complete = client.text().lastIndexOf('\n\n') + 2;
      collected += client.text().slice(0, complete);
      after = client.events().at(-1)?.id ?? after;
      expect(seen.length).toBeGreaterThan(0);
      rejoined += 1;
    }
    await writing;
    expect(rejoined).toBeGreaterThan(3);
    expect(collected).toBe(await storedFrames(log));
  });

  it('reads a long log in pages', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    const big = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(30_000));
    await writeRun(log, { writer: log.openWriter(), parts: [...big, ...Array.from({ length: 500 }, () => 'x')] });
    const client = await join();
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
  });

  it('goes on with the next attempt after a take-over', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { record: recordRun(log, 'queued') });
    const client = await join();
    await writeRun(log, { writer: log.openWriter(1), done: false });
    await client.until('the first attempt', (events) => events.length === 6);
    const { messageId, text } = await writeRun(log, { writer: log.openWriter(2), attempt: 2 });
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
    expect(textOf(client.events(), messageId)).toBe(text);
  });
});

describe('the end of a finished run', () => {
  it('is known before the headers are sent', async () => {
    const log = await openLog(redis.url);
    const hub = log.openHub();
    await writeRun(log, { writer: log.openWriter() });
    expect(await hub.placeOf(log.runId, cursor(1, 6))).toBe('end');
    expect(await hub.placeOf(log.runId, cursor(1, 5))).toBe('within');
    expect(await hub.placeOf(log.runId, cursor(1, 7))).toBe('beyond');
    expect(await hub.placeOf(log.runId, cursor(2, 0))).toBe('beyond');
    await log.admin.del(log.key);
    expect(await hub.placeOf(log.runId, cursor(1, 6))).toBe('within');
  });

  it('is not where the log ends without done', async () => {
    const log = await openLog(redis.url);
    const hub = log.openHub();
    await writeRun(log, { writer: log.openWriter(), done: false });
    expect(await hub.placeOf(log.runId, cursor(1, 5))).toBe('within');
    expect(await hub.placeOf(log.runId, cursor(1, 7))).toBe('within');
  });

  it('comes from the record at once when the log is gone, and leads to 204 the next time', async () => {
    const log = await openLog(redis.url);
    const record = recordRun(log, 'completed');
    record.messages = [
      {
        id: randomUUID(),
        role: 'user',
        content: 'hi',
        status: 'completed',
        run_id: null,
        created_at: '2026-01-01T00:00:00Z',
      },
    ];
    const { join, hub } = await serveLog(log, { record });
    const client = await join();
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['snapshot', 'done']);
    expect(client.events()[0]?.data).toMatchObject({ run: { run_id: log.runId }, messages: record.messages });
    const { id, data } = client.events()[1] ?? { id: null, data: {} };
    expect(data).toEqual({ status: 'completed', usage, run_id: log.runId });
    expect(await hub.placeOf(log.runId, cursor(1, Number(id?.slice(2))))).toBe('end');
  });

  it('comes from the record when the worker died before done', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 100 });
    const client = await join();
    await writeRun(log, { writer: log.openWriter(), done: false });
    await client.until('all that is written', (events) => events.length === 6);
    record.progress = { status: 'failed', position: null, usage };
    expect(await client.ended).toBe('end');
    expect(names(client.events()).slice(-2)).toEqual(['snapshot', 'done']);
    expect(client.events().at(-2)?.id).toBe('1-5');
    expect(client.events().at(-1)?.data.status).toBe('failed');
  });
});
