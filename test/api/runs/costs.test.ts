import { calculateObjectSize } from 'bson';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { DEFAULT_PROJECT_ID, newId } from '../../../src/shared/domain/ids.ts';
import type { CheckpointDocument } from '../../../src/shared/mongo/documents.ts';
import { asks, useSkein } from '../../support/skein.ts';
import { type CountedWire, countWire } from '../../support/skein-wire.ts';
import { waitFor } from '../../support/wait-for.ts';

const DAY = '86400000';
let wire: CountedWire;

beforeAll(async () => {
  wire = await countWire(inject('mongoUrl'));
});
afterAll(() => wire.close());

// No heartbeats and no sweeps: what is counted is what runs cost.
const skein = useSkein({
  env: { HEARTBEAT_MS: '20000000', WORKER_LOST_MS: DAY, SWEEP_MS: DAY, STREAM_HEARTBEAT_MS: DAY },
  lateEnv: () => ({ MONGODB_URL: wire.url }),
});

/** A thread of `count` messages, written as runs would have. */
async function threadOf(count: number): Promise<string> {
  const { thread_id: threadId } = await skein.createThread();
  const checkpoints = Array.from({ length: count }, (_, index): CheckpointDocument => {
    const id = newId();
    const created_at = new Date();
    return {
      _id: newId(),
      project_id: DEFAULT_PROJECT_ID,
      thread_id: threadId,
      version: index + 1,
      parent: index,
      fork: 0,
      source: index % 2 === 0 ? 'input' : 'model',
      messages: [
        {
          id,
          role: index % 2 === 0 ? 'user' : 'assistant',
          content: `message ${String(index).padStart(6, '0')} ${'x'.repeat(200)}`,
          status: 'completed',
          run_id: null,
          created_at: created_at.toISOString(),
        },
      ],
      replaced: [],
      removed: [],
      metadata: {},
      created_at,
    };
  });
  await skein.models.checkpoints.insertMany(checkpoints, { lean: true });
  return threadId;
}

/** Commands and bytes from MongoDB that some work costs. The first time pays for connections, so it is done twice. */
async function costOf(work: () => Promise<unknown>): Promise<{ commands: string[]; bytes: number }> {
  await work();
  skein.commands.length = 0;
  const before = wire.received();
  await work();
  return { commands: [...skein.commands], bytes: wire.received() - before };
}

describe('what things cost', () => {
  it('a plain run on an existing thread: at most 9 MongoDB commands, API and worker together', async () => {
    const { thread_id } = await skein.createThread();
    await skein.run({ thread_id, input: asks({ chunks: ['warm'] }) });
    skein.commands.length = 0;
    const stream = await skein.stream({ thread_id, input: asks({ tokens: 50 }) });
    await stream.finished();
    // The worker tells the clients last, so all of its commands are in.
    expect(skein.commands.length, skein.commands.join(' ')).toBeLessThanOrEqual(9);
    expect(stream.all('done')).toMatchObject([{ status: 'completed' }]);
  });

  it('and one job on the queue, which is gone after it', async () => {
    const redis = new Redis(skein.services.redisUrl);
    try {
      const prefix = `${skein.services.redisPrefix}:queue:runs-interactive`;
      const monitor: string[] = [];
      const watching = await redis.monitor();
      watching.on('monitor', (_time: string, args: string[]) => {
        const line = args.join(' ');
        if (line.includes(prefix)) monitor.push(line);
      });
      const { thread_id } = await skein.createThread();
      const run = await skein.run({ thread_id, input: asks({ chunks: ['x'] }) });
      await waitFor(async () => (await redis.exists(`${prefix}:run-${run.run_id}-1`)) === 0, {
        what: 'the job is removed',
      });
      watching.disconnect();
      const added = monitor.filter((line) => /^(hmset|hset) /i.test(line) && line.includes('timestamp'));
      expect(added).toHaveLength(1);
      expect(added[0]).toContain(`{"run_id":"${run.run_id}","dispatch":1}`);
      expect(await redis.keys(`${prefix}:run-*`)).toEqual([]);
    } finally {
      redis.disconnect();
    }
  });

  it('lists and the newest page of messages: the same for a thread of 1,000 messages as for one of 100', async () => {
    const [small, large] = [await threadOf(100), await threadOf(1000)];
    const pageOf =
      (threadId: string, query = '') =>
      () =>
        skein.send('GET', `/threads/${threadId}/messages?limit=20${query}`);
    const list = () => skein.send('GET', '/threads?limit=100');
    const [smallPage, largePage] = [await costOf(pageOf(small)), await costOf(pageOf(large))];
    expect(largePage.commands).toEqual(smallPage.commands);
    expect(largePage.commands.length).toBeLessThanOrEqual(4);
    expect(largePage.bytes).toBeLessThan(smallPage.bytes * 1.1);
    expect(smallPage.bytes).toBeGreaterThan(20 * 200);

    const [before] = ((await pageOf(large)()).body as { id: string }[]).map(({ id }) => id);
    const older = await costOf(pageOf(large, `&before=${before}`));
    expect(older.commands.length).toBeLessThanOrEqual(6);
    expect(older.bytes).toBeLessThan(smallPage.bytes * 1.25);
    const listed = await costOf(list);
    expect(listed.commands).toEqual(['find', 'find']);
    expect(listed.bytes).toBeLessThan(10_000);
  });

  it('a step: a checkpoint as large as what it adds, however long the thread is', async () => {
    const sizes: number[] = [];
    for (const thread_id of [await threadOf(2), await threadOf(1000)]) {
      const run = await skein.run({ thread_id, input: asks({ tokens: 50 }) });
      const steps = await skein.models.checkpoints.find({ run_id: run.run_id, source: 'model' }).lean();
      expect(steps).toHaveLength(1);
      sizes.push(calculateObjectSize(steps[0] ?? {}));
    }
    const [small = 0, large = 0] = sizes;
    expect(Math.abs(large - small)).toBeLessThan(64);
    expect(large).toBeLessThan(1500);
  });
});
