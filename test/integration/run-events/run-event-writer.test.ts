import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RedisProcess, startRedis } from '../../support/processes-redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { closeOf, openLog, parseFrames, storedFrames, textOf, usage, writeRun } from './setup.ts';

let redis: RedisProcess;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.kill());

const calls = (info: string, command: string): number =>
  Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(info)?.[1] ?? 0);

describe('the log a writer makes', () => {
  it('holds every event in order, numbered without a gap, each as a finished frame', async () => {
    const log = await openLog(redis.url);
    const { messageId, text } = await writeRun(log, { writer: log.openWriter() });
    const entries = await log.admin.xrange(log.key, '-', '+');
    const events = parseFrames(await storedFrames(log));
    expect(entries.map(([id]) => id)).toEqual(events.map(({ id }) => id));
    expect(events.map(({ id }) => id)).toEqual(events.map((_, n) => `1-${n}`));
    expect(events.at(0)?.event).toBe('metadata');
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'completed', usage } });
    expect(textOf(events, messageId)).toBe(text);
  });

  it('costs at most one script call and one PUBLISH for each token, fewer for fast ones, and sends the script once', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    await log.admin.config('RESETSTAT');
    const messageId = randomUUID();
    const tokens = Array.from({ length: 500 }, (_, i) => `token ${i} `);
    let offset = 0;
    for (const [i, token] of tokens.entries()) {
      writer.text(messageId, offset, token);
      offset += token.length;
      if (i % 10 === 9) await new Promise(setImmediate);
    }
    await writer.flush();
    const info = await log.admin.info('commandstats');
    const scripts = calls(info, 'eval') + calls(info, 'evalsha');
    expect(calls(info, 'eval')).toBe(1);
    expect(calls(info, 'publish')).toBe(scripts);
    expect(scripts).toBeGreaterThan(1);
    expect(scripts).toBeLessThan(tokens.length / 4);
    expect(textOf(parseFrames(await storedFrames(log)), messageId)).toBe(tokens.join(''));
  });

  it('is announced with the cursors of the batch in front of its frames', async () => {
    const log = await openLog(redis.url);
    const heard: string[] = [];
    log.subscriber.on('message', (_, payload) => heard.push(payload));
    await log.subscriber.subscribe(log.key);
    const writer = log.openWriter(3);
    for (const attempt of [1, 2]) writer.emit('retrying', { reason: 'x', attempt, delay_ms: 0 });
    await writer.flush();
    await waitFor(() => heard.length === 1, { what: 'one message' });
    expect(heard).toEqual([`3-0 3-1\n${await storedFrames(log)}`]);
  });

  it('gets the first part of a message at once and the next ones together', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    const messageId = randomUUID();
    writer.text(messageId, 0, 'a');
    writer.text(messageId, 1, 'b');
    await waitFor(async () => (await log.admin.xlen(log.key)) === 1, { what: 'first part' });
    writer.text(messageId, 2, 'c');
    writer.text(messageId, 3, 'd');
    await waitFor(async () => (await log.admin.xlen(log.key)) === 2, { what: 'second part' });
    expect(parseFrames(await storedFrames(log)).map(({ data }) => data.delta)).toEqual(['ab', 'cd']);
  });

  it('keeps text before the event that follows it', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    const messageId = randomUUID();
    for (const [offset, delta] of [...'abcdef'].entries()) writer.text(messageId, offset, delta);
    writer.emit('retrying', { reason: 'rate_limit', attempt: 2, delay_ms: 1 });
    writer.text(messageId, 6, 'g');
    await writer.flush();
    const events = parseFrames(await storedFrames(log));
    expect(events.map(({ event }) => event)).toEqual(['text', 'retrying', 'text']);
    expect(textOf(events, messageId)).toBe('abcdefg');
  });

  it('expires: a day while running, the given time after the end', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    await writeRun(log, { writer, done: false });
    expect(await log.admin.pttl(log.key)).toBeGreaterThan(23 * 3_600_000);
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.close();
    expect(await log.admin.pttl(log.key)).toBeLessThanOrEqual(15 * 60_000);
    await writer.close({ ttlMs: 5000 });
    expect(await log.admin.pttl(log.key)).toBeLessThanOrEqual(5000);
  });

  it('is bounded in length', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    for (let i = 0; i < 12_000; i++) {
      writer.emit('retrying', { reason: 'x', attempt: i, delay_ms: 0 });
      if (i % 1000 === 999) await writer.flush();
    }
    expect(await log.admin.xlen(log.key)).toBeLessThan(10_200);
    expect(parseFrames(await storedFrames(log)).at(-1)?.id).toBe('1-11999');
  });
});

describe('the fence', () => {
  it('stops a writer whose run was taken over, and leaves the log to the new one', async () => {
    const log = await openLog(redis.url);
    const [old, taken] = [log.openWriter(1), log.openWriter(2)];
    await writeRun(log, { writer: old, done: false });
    await writeRun(log, { writer: taken, attempt: 2 });
    const before = await storedFrames(log);
    expect(old.fenced).toBe(false);
    old.emit('done', { status: 'failed', usage, run_id: log.runId });
    await old.flush();
    expect(old.fenced).toBe(true);
    old.text(randomUUID(), 0, 'zombie');
    await old.close({ ttlMs: 1 });
    expect(await storedFrames(log)).toBe(before);
    expect(taken.fenced).toBe(false);
    expect(await log.admin.pttl(log.key)).toBeGreaterThan(3_600_000);
  });

  it('does not shorten the life of a log that a newer attempt writes', async () => {
    const log = await openLog(redis.url);
    const old = log.openWriter(1);
    await writeRun(log, { writer: old, done: false });
    await writeRun(log, { writer: log.openWriter(2), attempt: 2 });
    await old.close({ ttlMs: 1 });
    expect(await log.admin.pttl(log.key)).toBeGreaterThan(3_600_000);
  });

  it('takes a batch that is sent twice once, and does not call that fenced', async () => {
    const log = await openLog(redis.url);
    await writeRun(log, { writer: log.openWriter(1) });
    const before = await storedFrames(log);
    const repeat = log.openWriter(1);
    repeat.emit('retrying', { reason: 'x', attempt: 1, delay_ms: 0 });
    await repeat.flush();
    expect(repeat.fenced).toBe(false);
    expect(await storedFrames(log)).toBe(before);
  });

  it('holds when connections are cut again and again: no event twice, none out of order, each loss visible', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    const messageId = randomUUID();
    const tokens = Array.from({ length: 400 }, (_, i) => `<${i}>`);
    let offset = 0;
    let killed = 0;
    for (const [i, token] of tokens.entries()) {
      writer.text(messageId, offset, token);
      offset += token.length;
      if (i % 4 === 0) void writer.flush();
      if (i % 100 === 50) {
        const cut = closeOf(log.publisher);
        killed += Number(await log.admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'));
        await cut;
      }
      if (i % 20 === 0) await waitFor(() => log.publisher.status === 'ready', { what: 'reconnected' });
    }
    await waitFor(() => log.publisher.status === 'ready', { what: 'reconnected' });
    writer.emit('retrying', { reason: 'end', attempt: 1, delay_ms: 0 });
    await writer.flush();
    expect(killed).toBeGreaterThanOrEqual(4);
    const events = parseFrames(await storedFrames(log));
    const numbers = events.map(({ id }) => Number(id?.slice(2)));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(textOf(events, messageId)).toBe(tokens.join(''));
  });
});

describe('a log that lost its beginning', () => {
  it('gets the whole text so far with offset 0', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer, done: false });
    await log.admin.del(log.key);
    writer.text(messageId, text.length, ' and more');
    await writer.flush();
    const events = parseFrames(await storedFrames(log));
    expect(events.map(({ id }) => id)).toEqual(['1-6', '1-7']);
    expect(events[1]?.data).toMatchObject({ message_id: messageId, offset: 0, delta: `${text} and more` });
  });

  it('gets no text of a message that is finished', async () => {
    const log = await openLog(redis.url);
    const writer = log.openWriter();
    const { messageId } = await writeRun(log, { writer, done: false });
    const message = { id: messageId, role: 'assistant', content: 'x', status: 'completed', run_id: log.runId } as const;
    writer.emit('message', { ...message, created_at: new Date().toISOString() });
    await writer.flush();
    await log.admin.del(log.key);
    writer.emit('retrying', { reason: 'x', attempt: 1, delay_ms: 0 });
    await writer.flush();
    expect(parseFrames(await storedFrames(log)).map(({ event }) => event)).toEqual(['retrying']);
  });
});

describe('while Redis is away', () => {
  it('nothing throws or waits; afterwards numbers jump and the text begins again', async () => {
    const own = await startRedis();
    const log = await openLog(own.url);
    const writer = log.openWriter();
    const { messageId, text } = await writeRun(log, { writer, done: false });
    await own.kill();
    await waitFor(() => log.publisher.status !== 'ready', { what: 'the loss is noticed' });
    const startedAt = performance.now();
    let whole = text;
    for (let i = 0; i < 1000; i++) {
      writer.text(messageId, whole.length, `${i} `);
      whole += `${i} `;
      if (i % 100 === 0) await writer.flush();
    }
    await writer.flush();
    expect(performance.now() - startedAt).toBeLessThan(1000);
    const again = await startRedis({ port: own.port });
    try {
      await waitFor(() => log.publisher.status === 'ready' && log.admin.status === 'ready', { what: 'reconnected' });
      writer.text(messageId, whole.length, 'end');
      await writer.flush();
      const events = parseFrames(await storedFrames(log));
      expect(events[0]?.data).toMatchObject({ offset: 0, delta: `${whole}end` });
      expect(Number(events[0]?.id?.slice(2))).toBeGreaterThan(6);
      expect(writer.fenced).toBe(false);
    } finally {
      await again.kill();
    }
  });

  it('a hung Redis holds flush up for seconds at most and memory for what is pending', async () => {
    const own = await startRedis();
    const log = await openLog(own.url);
    const writer = log.openWriter();
    await writeRun(log, { writer, done: false });
    process.kill(own.pid, 'SIGSTOP');
    try {
      const big = 'x'.repeat(100_000);
      for (let i = 0; i < 100; i++) writer.emit('retrying', { reason: big, attempt: i, delay_ms: 0 });
      const startedAt = performance.now();
      await writer.flush();
      expect(performance.now() - startedAt).toBeLessThan(6000);
    } finally {
      process.kill(own.pid, 'SIGCONT');
    }
    await waitFor(async () => log.publisher.status === 'ready' && (await log.publisher.ping()), {
      what: 'Redis answers',
    });
    writer.emit('done', { status: 'completed', usage, run_id: log.runId });
    await writer.flush();
    const last = parseFrames(await storedFrames(log)).at(-1);
    expect(last?.event).toBe('done');
    expect(Number(last?.id?.slice(2))).toBeGreaterThan(105);
    await own.kill();
  });
});
