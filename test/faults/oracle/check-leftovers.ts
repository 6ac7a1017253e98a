import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Rig } from '../rig/start-rig.ts';
import type { Findings } from './findings.ts';

/** BullMQ's own notes about a queue; they are as many as there are queues. */
const QUEUE_NOTES = /:(meta|id|marker|events|stalled-check)$/;
const PATIENCE_MS = 5000;

/**
 * When every run has ended nothing waits in the queue, and every key of a run goes away by itself. Jobs that a killed worker had taken may stay in `active` until
 * BullMQ looks for stalled ones (`activeToo`: they must be gone as well).
 */
export async function checkLeftovers(rig: Rig, found: Findings, activeToo: boolean): Promise<void> {
  const redis = new Redis(rig.redis.url);
  try {
    let left: string[] = [];
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(100)) {
      left = await leftovers(redis, rig.redisPrefix, activeToo);
      if (left.length === 0) return;
    }
    found.wrong.push(...left.slice(0, 5).map((key) => `left over in Redis: ${key}`));
  } finally {
    redis.disconnect();
  }
}

async function leftovers(redis: Redis, prefix: string, activeToo: boolean): Promise<string[]> {
  const left: string[] = [];
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1000 }) as AsyncIterable<string[]>)
    for (const key of keys) {
      const expires = (await redis.pttl(key)) >= 0;
      const ofDeadWorker = !activeToo && /:(active|stalled|run-[0-9a-f-]+)$/.test(key);
      if (!expires && !QUEUE_NOTES.test(key) && !ofDeadWorker) left.push(key);
    }
  return left;
}
