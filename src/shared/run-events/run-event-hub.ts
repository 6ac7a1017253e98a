import type { Redis } from 'ioredis';
import type { EventCursor } from '../domain/stream-event.ts';
import type { Logger } from '../logging/create-logger.ts';
import type { RedisKeys } from '../redis/keys.ts';
import { compareCursors, endCursor, isEndCursor } from './cursor-order.ts';
import { type PublishedBatch, parsePublishedBatch } from './published-batch.ts';
import { type LogPage, readPage } from './read-script.ts';

const PAGE_BYTES = 256 * 1024;

/** One viewer of a run. Both are called synchronously and must not throw. */
interface RunEventListener {
  /** A batch was published. */
  batch(batch: PublishedBatch): void;
  /** Batches may have been missed, or something changed outside the log: look now. The first call says that the subscription stands. */
  resync(): void;
}

/** What an API process hears and reads of all runs, over one subscriber and one command connection. */
export interface RunEventHub {
  /** Hears a run until the returned function is called. Pub/sub is only a bell: what counts is in the log. */
  listen(runId: string, listener: RunEventListener): () => void;
  /** What follows `after` in the log, about 256 KiB at most. @throws when Redis is away */
  read(runId: string, after: EventCursor | null): Promise<LogPage>;
  /**
   * Of a run that has ended. `end`: the log ends there with `done`, so this client has everything (204). `beyond`: the log ends with `done` before it, so nobody was given this cursor. `within`: anything
   * else, also where the log lost its end or Redis is away.
   */
  placeOf(runId: string, after: EventCursor): Promise<'within' | 'end' | 'beyond'>;
  stats(): { readonly viewers: number; readonly subscriptions: number };
  /** Stops listening to the connections; they stay open, they are not the hub's. */
  close(): void;
}

interface Channel {
  readonly listeners: Set<RunEventListener>;
  subscribed: boolean;
}

/** @param deps.subscriber role `subscriber` @param deps.command role `command` */
export function createRunEventHub(deps: {
  readonly subscriber: Redis;
  readonly command: Redis;
  readonly keys: RedisKeys;
  readonly logger: Logger;
}): RunEventHub {
  const { subscriber, command, keys, logger } = deps;
  const channels = new Map<string, Channel>();

  function onMessage(name: Buffer, payload: Buffer): void {
    const channel = channels.get(name.toString());
    if (channel === undefined) return;
    const batch = parsePublishedBatch(payload);
    for (const listener of channel.listeners) batch === null ? listener.resync() : listener.batch(batch);
  }

  /** After a reconnect: batches may have been missed, and only from the acknowledgement on none are. */
  function onSubscriberReady(): void {
    if (channels.size > 0) subscribe([...channels.keys()]);
  }

  function onCommandReady(): void {
    for (const channel of channels.values()) for (const listener of channel.listeners) listener.resync();
  }

  function subscribe(names: readonly string[]): void {
    subscriber.subscribe(...names).then(
      () => {
        for (const name of names) {
          const channel = channels.get(name);
          if (channel === undefined) continue;
          channel.subscribed = true;
          for (const listener of channel.listeners) listener.resync();
        }
      },
      (err: unknown) => logger.warn({ err }, 'cannot subscribe to run events'),
    );
  }

  function release(name: string, channel: Channel, listener: RunEventListener): void {
    if (!channel.listeners.delete(listener) || channel.listeners.size > 0) return;
    channels.delete(name);
    subscriber.unsubscribe(name).catch((err: unknown) => logger.debug({ err }, 'cannot unsubscribe from run events'));
  }

  subscriber.on('messageBuffer', onMessage);
  subscriber.on('ready', onSubscriberReady);
  command.on('ready', onCommandReady);

  const read: RunEventHub['read'] = (runId, after) => readPage(command, keys.runEvents(runId), after, PAGE_BYTES);

  return {
    listen(runId, listener) {
      const name = keys.runEvents(runId);
      const known = channels.get(name);
      const channel = known ?? { listeners: new Set(), subscribed: false };
      channel.listeners.add(listener);
      if (known === undefined) {
        channels.set(name, channel);
        subscribe([name]);
      } else if (channel.subscribed) queueMicrotask(() => channel.listeners.has(listener) && listener.resync());
      return () => release(name, channel, listener);
    },
    read,
    async placeOf(runId, after) {
      if (isEndCursor(after)) return 'end';
      try {
        const [atCursor, behind] = await Promise.all([read(runId, entryBefore(after)), read(runId, after)]);
        if (behind.kind === 'frames') return 'within';
        if (atCursor.kind === 'frames') return endsAt(atCursor, after) ? 'end' : 'within';
        const { top } = behind;
        if (top === null || compareCursors(top, after) >= 0) return 'within';
        return endsAt(await read(runId, entryBefore(top)), top) ? 'beyond' : 'within';
      } catch (err) {
        logger.debug({ err }, 'cannot read the end of a run log');
        return 'within';
      }
    },
    stats: () => ({
      viewers: [...channels.values()].reduce((sum, channel) => sum + channel.listeners.size, 0),
      subscriptions: channels.size,
    }),
    close() {
      subscriber.off('messageBuffer', onMessage);
      subscriber.off('ready', onSubscriberReady);
      command.off('ready', onCommandReady);
    },
  };
}

const entryBefore = ({ attempt, n }: EventCursor): EventCursor =>
  n > 0 ? { attempt, n: n - 1 } : endCursor(attempt - 1);

const endsAt = (page: LogPage, cursor: EventCursor): boolean =>
  page.kind === 'frames' && page.done && compareCursors(page.last, cursor) === 0;
