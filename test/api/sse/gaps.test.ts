import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nudgeViewers } from '../../../src/shared/run-events/nudge-viewers.ts';
import {
  names,
  openLog,
  parseFrames,
  storedFrames,
  textOf,
  usage,
  writeRun,
} from '../../integration/run-events/setup.ts';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordRun, serveLog } from './setup.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

describe('entries that are missing in the log', () => {
  it.each([null, '1-1'])(
    'are replaced by a snapshot that is true up to the first surviving one (joining after %s)',
    async (after) => {
      const log = await openLog(redis.url);
      const { join, record } = await serveLog(log);
      await writeRun(log, { writer: log.openWriter() });
      await log.admin.call('XTRIM', log.key, 'MINID', '=', '1-4');
      const client = await join(after);
      expect(await client.ended).toBe('end');
      const [snapshot, ...rest] = client.events();
      expect(snapshot).toMatchObject({ id: '1-3', event: 'snapshot', data: { run: { run_id: log.runId } } });
      expect(rest).toEqual(parseFrames(await storedFrames(log)));
      expect(record.loads).toBe(1);
    },
  );

  it('are not asked for again by a client that comes back with the id of the snapshot', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    await writeRun(log, { writer: log.openWriter() });
    await log.admin.call('XTRIM', log.key, 'MINID', '=', '1-4');
    const client = await join('1-3');
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(await storedFrames(log));
  });

  it('in the middle are noticed too', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    await writeRun(log, { writer: log.openWriter() });
    await log.admin.xdel(log.key, '1-3');
    const client = await join();
    expect(await client.ended).toBe('end');
    expect(client.events().map(({ id, event }) => `${id} ${event}`)).toEqual([
      '1-0 metadata',
      '1-1 text',
      '1-2 text',
      '1-3 snapshot',
      '1-4 text',
      '1-5 text',
      '1-6 done',
    ]);
  });

  it('hold nothing back while the record is away: the snapshot comes first, then the rest', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 20 });
    await writeRun(log, { writer: log.openWriter() });
    await log.admin.xdel(log.key, '1-3');
    record.away = true;
    const client = await join();
    await waitFor(() => record.loads > 2, { what: 'the stream asks again' });
    expect(client.events().map(({ id }) => id)).toEqual(['1-0', '1-1', '1-2']);
    record.away = false;
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['metadata', 'text', 'text', 'snapshot', 'text', 'text', 'done']);
  });
});

describe('a log that is gone', () => {
  it('brings a live viewer one snapshot and then the events that follow, with the whole text', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { heartbeatMs: 50, record: recordRun(log) });
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer, done: false });
    const client = await join();
    await client.until('all so far', (events) => events.length === 6);
    await log.admin.flushall();
    await client.until('the snapshot', (events) => events.at(-1)?.event === 'snapshot');
    writer.text(messageId, text.length, ' goes on');
    await writer.flush();
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.close();
    expect(await client.ended).toBe('end');
    expect(names(client.events()).slice(6)).toEqual(['snapshot', 'text', 'text', 'done']);
    expect(client.events().at(-2)?.data.offset).toBe(0);
    expect(textOf(client.events(), messageId)).toBe(`${text} goes on`);
  });

  it('brings a late joiner a snapshot and the whole text of the message under way', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer, done: false });
    await log.admin.flushall();
    writer.text(messageId, text.length, '!');
    await writer.flush();
    const client = await join();
    await client.until('text', (events) => textOf(events, messageId) === `${text}!`);
    expect(names(client.events())).toEqual(['snapshot', 'text', 'text']);
  });

  it('is told also to a client whose cursor is ahead of a shorter log', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log);
    const writer = log.openWriter();
    await writeRun(log, { writer, done: false });
    const client = await join('1-400');
    await client.until('the snapshot', (events) => events.length === 1);
    expect(client.events()[0]).toMatchObject({ id: '1-5', event: 'snapshot' });
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.close();
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['snapshot', 'done']);
  });
});

describe('a run that does not talk yet', () => {
  it('shows its place in the queue, and again when it changes', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 30, record: recordRun(log, 'queued', 2) });
    const client = await join();
    await client.until('first place', (events) => events.length === 1);
    record.progress = { status: 'queued', position: 1, usage };
    await client.until('second place', (events) => events.length === 2);
    await waitFor(() => record.asked > 3, { what: 'quiet heartbeats' });
    record.progress = { status: 'in_progress', position: null, usage };
    await writeRun(log, { writer: log.openWriter() });
    expect(await client.ended).toBe('end');
    expect(client.text()).toBe(
      `event: queued\ndata: {"position":2}\n\nevent: queued\ndata: {"position":1}\n\n${await storedFrames(log)}`,
    );
  });

  it('says from the record that the client is needed, once, when the worker died before it could say so', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 30, record: recordRun(log) });
    const writer = log.openWriter();
    writer.emit('metadata', { run_id: log.runId, thread_id: log.runId, attempt: 1, status: 'in_progress' });
    await writer.flush();
    // Before it there is no log, and a stream that finds none says how the run stands.
    const client = await join();
    await client.until('the beginning', (events) => events.length === 1);
    record.progress = { status: 'requires_action', position: null, usage };
    await client.until('the snapshot', (events) => events.length === 2);
    expect(client.events()[1]).toMatchObject({
      id: null,
      event: 'snapshot',
      data: { run: { status: 'requires_action' } },
    });
    const told = record.asked;
    await waitFor(() => record.asked > told + 3, { what: 'quiet heartbeats' });
    expect(client.events()).toHaveLength(2);
    writer.emit('requires_action', { tool_calls: [] });
    await writer.flush();
    await client.until('the event', (events) => events.length === 3);
    const then = record.asked;
    await waitFor(() => record.asked > then + 3, { what: 'quiet heartbeats' });
    expect(client.events()).toHaveLength(3);
  });

  it('keeps the connection alive with comments that have no blank line', async () => {
    const log = await openLog(redis.url);
    const { join } = await serveLog(log, { heartbeatMs: 20, record: recordRun(log, 'queued') });
    const client = await join();
    await waitFor(() => client.raw().length >= 36, { what: 'three heartbeats' });
    expect(client.raw().slice(0, 36)).toBe(': heartbeat\n: heartbeat\n: heartbeat\n');
  });

  it('ends with an error when it is deleted, at once when viewers are nudged', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { record: recordRun(log, 'queued') });
    const client = await join();
    await waitFor(async () => Number((await log.admin.pubsub('NUMSUB', log.key))[1]) === 1, { what: 'subscribed' });
    record.progress = null;
    await waitFor(
      async () => {
        await nudgeViewers(log.publisher, log.keys, log.runId);
        return client.events().length === 1;
      },
      { what: 'the error' },
    );
    expect(await client.ended).toBe('end');
    expect(client.events()[0]).toMatchObject({ id: null, event: 'error', data: { code: 'not_found' } });
  });

  it('ends from the record when it was cancelled before a worker took it', async () => {
    const log = await openLog(redis.url);
    const { join, record } = await serveLog(log, { heartbeatMs: 50, record: recordRun(log, 'queued', 3) });
    const client = await join(null, 'fresh=1');
    record.progress = { status: 'cancelled', position: null, usage };
    expect(await client.ended).toBe('end');
    expect(names(client.events())).toEqual(['queued', 'snapshot', 'done']);
    expect(client.events().at(-1)?.data.status).toBe('cancelled');
  });
});

it('an unknown cursor of a later attempt does not hide what follows', async () => {
  const log = await openLog(redis.url);
  const { join } = await serveLog(log);
  await writeRun(log, { writer: log.openWriter(), done: false });
  const client = await join('9-3');
  await client.until('the snapshot', (events) => events.length === 1);
  await writeRun(log, { writer: log.openWriter(2), attempt: 2, parts: [randomUUID()] });
  expect(await client.ended).toBe('end');
  expect(names(client.events())).toEqual(['snapshot', 'metadata', 'text', 'done']);
});
