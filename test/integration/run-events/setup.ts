import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { onTestFinished } from 'vitest';
import type { EventCursor, StreamEventName } from '../../../src/shared/domain/stream-event.ts';
import { createLogger } from '../../../src/shared/logging/create-logger.ts';
import { connectRedis, type RedisRole, redisReady } from '../../../src/shared/redis/connect-redis.ts';
import { createRedisKeys } from '../../../src/shared/redis/keys.ts';
import { createRunEventHub, type RunEventHub } from '../../../src/shared/run-events/run-event-hub.ts';
import { createRunEventWriter, type RunEventWriter } from '../../../src/shared/run-events/run-event-writer.ts';

export const logger = createLogger({ name: 'test', level: 'silent' });

/** One frame as a client sees it. */
export interface SeenEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The frames of an event stream; comments are left out and a frame that is not complete too. */
export function parseFrames(text: string): SeenEvent[] {
  const frames = withoutHeartbeats(text).split('\n\n').slice(0, -1);
  return frames.map((frame) => {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
    return { id: field('id') ?? null, event: field('event') ?? '', data: JSON.parse(field('data') ?? 'null') };
  });
}

export const withoutHeartbeats = (text: string): string => text.replaceAll(': heartbeat\n', '');

/** Settles when the connection is gone; unlike `once` of node:events it does not mind that an error comes first. */
export const closeOf = (redis: Redis): Promise<void> => new Promise((resolve) => redis.once('close', () => resolve()));

/** The text a client of the contract ends with: `text.slice(0, offset) + delta`. */
export function textOf(events: readonly SeenEvent[], messageId: string): string {
  let text = '';
  for (const { event, data } of events)
    if (event === 'text' && data.message_id === messageId)
      text = text.slice(0, Number(data.offset)) + String(data.delta);
  return text;
}

/** A run's log on the Redis at `url`, with connections of the real roles; all are closed when the test is over. */
export async function openLog(url: string) {
  const keys = createRedisKeys(`t${randomUUID().slice(0, 8)}`);
  const runId = randomUUID();
  const connect = async (role: RedisRole) => {
    const redis = connectRedis(url, role, 'test', () => undefined);
    onTestFinished(() => redis.disconnect());
    await redisReady(redis, 5000);
    return redis;
  };
  const [publisher, subscriber, command, admin] = await Promise.all(
    (['publisher', 'subscriber', 'command', 'command'] as const).map(connect),
  );
  if (!publisher || !subscriber || !command || !admin) throw new Error('no connections');
  const openHub = (): RunEventHub => {
    const hub = createRunEventHub({ subscriber, command, keys, logger });
    onTestFinished(() => hub.close());
    return hub;
  };
  const openWriter = (attempt = 1): RunEventWriter =>
    createRunEventWriter({ redis: publisher, keys, runId, attempt, logger });
  return {
    keys,
    runId,
    key: keys.runEvents(runId),
    publisher,
    subscriber,
    command,
    admin,
    connect,
    openHub,
    openWriter,
  };
}

export type Log = Awaited<ReturnType<typeof openLog>>;

export const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

export const cursor = (attempt: number, n: number): EventCursor => ({ attempt, n });

/** Writes `metadata`, some text of a message, and, unless `done` is false, `done`; one flush an event, so that each batch has one frame. */
export async function writeRun(
  log: Log,
  options: { writer: RunEventWriter; attempt?: number; parts?: readonly string[]; done?: boolean },
): Promise<{ messageId: string; text: string }> {
  const { writer, attempt = 1, parts = ['Hello', ', ', 'wörld ', '🙂', '\n\nevent: done\n'], done = true } = options;
  const messageId = randomUUID();
  writer.emit('metadata', { run_id: log.runId, thread_id: randomUUID(), attempt, status: 'in_progress' });
  await writer.flush();
  let offset = 0;
  for (const part of parts) {
    writer.text(messageId, offset, part);
    offset += part.length;
    await writer.flush();
  }
  if (done) writer.emit('done', { status: 'completed', usage, run_id: log.runId });
  await writer.flush();
  return { messageId, text: parts.join('') };
}

/** The frames in the log, joined. */
export async function storedFrames(log: Log): Promise<string> {
  const entries = await log.admin.xrange(log.key, '-', '+');
  return entries.map(([, fields]) => fields[1]).join('');
}

export const names = (events: readonly SeenEvent[]): StreamEventName[] =>
  events.map(({ event }) => event as StreamEventName);
