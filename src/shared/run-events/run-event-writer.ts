/**
 * What may happen twice: a batch is sent again when the connection breaks before its answer came, and a worker that lost its run may go on writing.
 * Both are safe: ids are `<attempt>-<n>`, Redis takes each only once and in order, and a writer learns that a newer attempt has written (`fenced`).
 * What may be lost: everything written while Redis is away. Numbers go on, so readers see the gap and get a snapshot from Mongo.
 */
import type { Redis } from 'ioredis';
import type { StreamEventData, StreamEventName } from '../domain/stream-event.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { RedisKeys } from '../redis/keys.ts';
import { buildFrame, textJson } from './frame.ts';
import { createTextBuffer } from './text-buffer.ts';
import { type WriteOutcome, writeBatch } from './write-script.ts';

const COALESCE_MS = 15;
const COALESCE_UNITS = 1024;
const MAX_PENDING_UNITS = 1_048_576;
/** Something follows these within milliseconds as a rule: the first text, or `done`. They wait up to 15 ms for it, which saves half of a short run's writes. */
const WITH_THE_NEXT: ReadonlySet<StreamEventName> = new Set(['metadata', 'message']);
const MAX_LOG_LENGTH = 10_000;
const RUNNING_TTL_MS = 24 * 3_600_000;
const ENDED_TTL_MS = 15 * 60_000;

/** Writes the events of one attempt of a run. Nothing here throws: progress may fail without failing the run. */
export interface RunEventWriter {
  /**
   * A part of a message's text, `offset` in UTF-16 units. The first part goes at once, later ones with what came within 15 ms of the last
   * (or 1 KiB). Also when nothing reaches Redis, memory stays bounded by the text itself.
   */
  text(messageId: string, offset: number, delta: string): void;
  /** Any other event, after all text so far. A `message` ends the text of its id. */
  emit<N extends Exclude<StreamEventName, 'text'>>(name: N, data: StreamEventData<N>): void;
  /** Settles when everything (also what is added while it waits) is in the log or has failed; a hung Redis takes a few command time-outs. Never rejects. */
  flush(): Promise<void>;
  /** Flushes and shortens the time the log is kept to `ttlMs` (15 min); a log that goes on (`requires_action`) needs a longer one. Never rejects. */
  close(options?: { readonly ttlMs?: number }): Promise<void>;
  /** A newer attempt has written: nothing more is sent. */
  readonly fenced: boolean;
}

interface Item {
  readonly name: StreamEventName;
  readonly json: string;
  /** Of a `text` event. */
  readonly messageId?: string;
}

/** @param deps.redis a connection of the role `publisher` @param deps.attempt from 1; a new writer needs a new attempt, because it counts from 0 */
export function createRunEventWriter(deps: {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly runId: string;
  readonly attempt: number;
  readonly logger: Logger;
}): RunEventWriter {
  const { redis, attempt } = deps;
  const key = deps.keys.runEvents(deps.runId);
  const logger = deps.logger.child({ run_id: deps.runId, attempt });
  const buffer = createTextBuffer();
  let pending: Item[] = [];
  let pendingUnits = 0;
  let n = 0;
  let ttlMs = RUNNING_TTL_MS;
  let sentTtlMs = 0;
  let lastTextAt = Number.NEGATIVE_INFINITY;
  let textDue = false;
  let timer: NodeJS.Timeout | null = null;
  let scheduled = false;
  // One write at a time keeps the order when a script has to be sent again, and makes batches grow when Redis is slow.
  let inFlight: Promise<void> | null = null;
  let repair = false;
  let failing = false;
  let fenced = false;

  function push(item: Item): void {
    pending.push(item);
    pendingUnits += item.json.length;
    if (pendingUnits > MAX_PENDING_UNITS && pending.length > 1) drop();
  }

  /** Gives up what waits, but counts it: the jump in the numbers is how readers know. */
  function drop(): void {
    n += pending.length;
    pending = [];
    pendingUnits = 0;
    repair = true;
  }

  function pushText(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    textDue = false;
    const part = buffer.take();
    if (part === null) return;
    lastTextAt = performance.now();
    push({ name: 'text', json: textJson(part.messageId, part.offset, part.delta), messageId: part.messageId });
  }

  /** Puts the whole text so far in front of what continues it. */
  function insertWholeText(): void {
    repair = false;
    const whole = buffer.whole();
    if (whole === null) return;
    const { messageId } = whole;
    const at = pending.findIndex((item) => item.messageId === messageId);
    pending = pending.filter((item) => item.messageId !== messageId);
    pending.splice(Math.max(at, 0), 0, { name: 'text', json: textJson(messageId, 0, whole.delta), messageId });
  }

  function schedule(): void {
    if (scheduled || inFlight !== null) return;
    scheduled = true;
    queueMicrotask(send);
  }

  function scheduleLater(waitMs: number): void {
    timer ??= setTimeout(() => {
      timer = null;
      textDue = true;
      schedule();
    }, waitMs);
  }

  function send(): void {
    scheduled = false;
    if (inFlight !== null || fenced) return;
    if (textDue || repair) pushText();
    if (pending.length === 0 && !repair) return;
    if (redis.status !== 'ready') {
      if (!failing) onFailure(new Error('Redis is not connected'));
      drop();
      return;
    }
    if (repair) insertWholeText();
    if (pending.length === 0) return;
    const first = n;
    const frames = pending.map((item, index) => buildFrame({ attempt, n: first + index }, item.name, item.json));
    n += frames.length;
    pending = [];
    pendingUnits = 0;
    sentTtlMs = ttlMs;
    inFlight = writeBatch(redis, { key, attempt, first, ttlMs, maxLength: MAX_LOG_LENGTH, frames })
      .then(onOutcome, onFailure)
      .then(() => {
        inFlight = null;
        if (pending.length > 0 || textDue || (repair && !failing)) send();
      });
  }

  function onOutcome(outcome: WriteOutcome): void {
    if (failing) logger.info('run events are written again');
    failing = false;
    if (outcome === 'fenced') fence();
    else if (outcome === 'written_to_new_log') repair = true;
  }

  function onFailure(err: unknown): void {
    if (!failing) logger.warn({ err }, 'run events cannot be written');
    failing = true;
    repair = true;
  }

  function fence(): void {
    fenced = true;
    pending = [];
    pendingUnits = 0;
    if (timer !== null) clearTimeout(timer);
    timer = null;
    logger.info('a newer attempt writes the run events');
  }

  async function flush(): Promise<void> {
    pushText();
    send();
    while (inFlight !== null) await inFlight;
  }

  return {
    text(messageId, offset, delta) {
      if (fenced || delta === '') return;
      if (!buffer.continues(messageId, offset)) pushText();
      const first = buffer.add({ messageId, offset, delta });
      const waitMs = COALESCE_MS - (performance.now() - lastTextAt);
      if (first || waitMs <= 0 || buffer.held >= COALESCE_UNITS) {
        textDue = true;
        schedule();
      } else {
        scheduleLater(waitMs);
      }
    },
    emit(name, data) {
      if (fenced) return;
      pushText();
      push({ name, json: JSON.stringify(data) });
      if (name === 'message' && 'id' in data) buffer.forget(data.id);
      if (WITH_THE_NEXT.has(name)) scheduleLater(COALESCE_MS);
      else schedule();
    },
    flush,
    async close(options = {}) {
      ttlMs = options.ttlMs ?? ENDED_TTL_MS;
      await flush();
      if (fenced || sentTtlMs === ttlMs || redis.status !== 'ready') return;
      await writeBatch(redis, { key, attempt, first: n, ttlMs, maxLength: MAX_LOG_LENGTH, frames: [] }).catch(
        onFailure,
      );
    },
    get fenced() {
      return fenced;
    },
  };
}
